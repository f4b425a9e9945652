//! The 68 opcodes of protocols 0–5, by the names of CPython's `pickletools`.
//!
//! Which opcodes are legal does not depend on the declared protocol: `STACK_GLOBAL` works in a
//! stream without `PROTO`.

macro_rules! opcodes {
    ($($name:ident = $byte:literal,)*) => {
        $(pub(super) const $name: u8 = $byte;)*
        /// The opcode's name, `None` for a byte that is no opcode.
        pub(super) fn name(byte: u8) -> Option<&'static str> {
            match byte {
                $($byte => Some(stringify!($name)),)*
                _ => None,
            }
        }
        #[cfg(test)]
        pub(super) const ALL: &[u8] = &[$($byte,)*];
    };
}

opcodes! {
    MARK = b'(', STOP = b'.', POP = b'0', POP_MARK = b'1', DUP = b'2',
    FLOAT = b'F', BINFLOAT = b'G', INT = b'I', BININT = b'J', BININT1 = b'K', BININT2 = b'M',
    LONG = b'L', LONG1 = 0x8a, LONG4 = 0x8b, NONE = b'N', NEWTRUE = 0x88, NEWFALSE = 0x89,
    STRING = b'S', BINSTRING = b'T', SHORT_BINSTRING = b'U',
    BINBYTES = b'B', SHORT_BINBYTES = b'C', BINBYTES8 = 0x8e, BYTEARRAY8 = 0x96,
    NEXT_BUFFER = 0x97, READONLY_BUFFER = 0x98,
    UNICODE = b'V', BINUNICODE = b'X', SHORT_BINUNICODE = 0x8c, BINUNICODE8 = 0x8d,
    EMPTY_LIST = b']', APPEND = b'a', APPENDS = b'e', LIST = b'l',
    EMPTY_TUPLE = b')', TUPLE = b't', TUPLE1 = 0x85, TUPLE2 = 0x86, TUPLE3 = 0x87,
    EMPTY_DICT = b'}', DICT = b'd', SETITEM = b's', SETITEMS = b'u',
    EMPTY_SET = 0x8f, ADDITEMS = 0x90, FROZENSET = 0x91,
    GET = b'g', BINGET = b'h', LONG_BINGET = b'j',
    PUT = b'p', BINPUT = b'q', LONG_BINPUT = b'r', MEMOIZE = 0x94,
    GLOBAL = b'c', STACK_GLOBAL = 0x93, INST = b'i', OBJ = b'o',
    REDUCE = b'R', NEWOBJ = 0x81, NEWOBJ_EX = 0x92, BUILD = b'b',
    EXT1 = 0x82, EXT2 = 0x83, EXT4 = 0x84,
    PERSID = b'P', BINPERSID = b'Q', PROTO = 0x80, FRAME = 0x95,
}

#[cfg(test)]
mod tests {
    #[test]
    fn there_are_68_opcodes() {
        assert_eq!(super::ALL.len(), 68);
        assert_eq!(super::name(0x93), Some("STACK_GLOBAL"));
        assert_eq!(super::name(0xff), None);
    }
}
