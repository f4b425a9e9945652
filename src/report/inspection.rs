pub fn write_inspection() {}
pub fn write_inspection_json() {}
