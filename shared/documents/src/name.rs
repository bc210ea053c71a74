//! Names of documents.

use tidings_core::Failure;

/// Refuses a name that could lead elsewhere, or that not every place takes.
pub(crate) fn check_name(name: &str) -> Result<(), Failure> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(letter);
    if name.len() <= LONGEST && name.split('/').all(part) {
        return Ok(());
    }
    Err(Failure::permanent("no document can be kept under this name").of_class("DocumentName"))
}

/// As long as a file's name may be on most systems.
const LONGEST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_lead_elsewhere() {
        for name in ["inv-1.pdf", "2026/inv-ord_7.pdf", "a/b/c"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        let long = "x".repeat(201);
        for name in [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            "a/",
            ".hidden",
            "a/.b",
            "a\\b",
            "a b",
            "a\0",
            "ä",
            &long,
        ] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
