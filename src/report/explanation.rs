pub fn write_explanation() {}
pub fn write_rule_table() {}
