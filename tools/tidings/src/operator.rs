//! Who is at work, for the record of what they do.

/// Who has called the command, as the operating system names them.
pub fn user() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"];
    let name = names.iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| "somebody".to_owned())
}
