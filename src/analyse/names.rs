//! What a file's name claims, held against what its content is.
