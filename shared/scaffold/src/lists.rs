//! Lines that are put into lists of a source file.

/// Puts a line among those that begin in one of these ways, in the order of what follows; none where no line does.
pub fn among(text: &str, begins: &[&str], line: &str) -> Option<String> {
    let mut lines: Vec<_> = text.lines().collect();
    if lines.contains(&line) {
        return Some(text.to_owned());
    }
    let named = |one: &&str| {
        begins
            .iter()
            .find_map(|begin| one.strip_prefix(begin))
            .map(ToOwned::to_owned)
    };
    let first = lines.iter().position(|one| named(one).is_some())?;
    let group: Vec<_> = lines[first..].iter().map_while(named).collect();
    let within = group.iter().position(|one| Some(one) > named(&line).as_ref());
    lines.insert(first + within.unwrap_or(group.len()), line);
    Some(ended(&lines))
}

/// Puts a call into the chain that begins with `head`, behind the last of its kind (`.consumer(`), or at
/// its end.
pub fn in_chain(text: &str, head: &str, kind: &str, call: &str) -> Option<String> {
    let mut lines: Vec<_> = text.lines().collect();
    let begin = lines
        .iter()
        .position(|line| line.trim_start().starts_with(head))?;
    let indent = lines[begin].len() - lines[begin].trim_start().len() + 4;
    let links = lines[begin + 1..]
        .iter()
        .take_while(|line| line.trim_start().starts_with('.'))
        .count();
    let last = lines[begin + 1..=begin + links]
        .iter()
        .rposition(|line| line.trim_start().starts_with(kind));
    let call = format!("{}{call}", " ".repeat(indent));
    lines.insert(begin + 1 + last.map_or(links, |last| last + 1), &call);
    Some(ended(&lines))
}

/// Adds a dependency to a part of a manifest (`[dependencies]`), unless it is there; makes the part at
/// the end where there is none.
pub fn dependency(text: &str, part: &str, name: &str, line: &str) -> String {
    let mut lines: Vec<_> = text.lines().collect();
    let Some(begin) = lines.iter().position(|one| *one == part) else {
        return format!("{text}\n{part}\n{line}\n");
    };
    let rest = &lines[begin + 1..];
    let length = rest
        .iter()
        .position(|one| one.starts_with('['))
        .unwrap_or(rest.len());
    let named = |one: &&str| one.split(['.', ' ', '=']).next() == Some(name);
    if rest[..length].iter().any(named) {
        return text.to_owned();
    }
    let last = rest[..length]
        .iter()
        .rposition(|one| !one.trim().is_empty())
        .map_or(0, |last| last + 1);
    lines.insert(begin + 1 + last, line);
    ended(&lines)
}

/// Adds a dependency behind the last line that has `beside` in it, or else to `[workspace.dependencies]`.
pub fn dependency_beside(text: &str, beside: &str, name: &str, line: &str) -> String {
    let mut lines: Vec<_> = text.lines().collect();
    match lines.iter().rposition(|one| one.contains(beside)) {
        Some(last) => {
            lines.insert(last + 1, line);
            ended(&lines)
        }
        None => dependency(text, "[workspace.dependencies]", name, line),
    }
}

fn ended(lines: &[&str]) -> String {
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_line_finds_its_place_in_the_first_group_of_its_kind() {
        let text = "//! A service.\n\npub mod b;\npub mod d;\nmod tariff;\n\npub mod z;\n";
        let with = |line| among(text, &["pub mod ", "mod "], line).expect("a list");
        assert_eq!(
            with("pub mod c;"),
            text.replace("pub mod d;", "pub mod c;\npub mod d;")
        );
        assert_eq!(
            with("pub mod e;"),
            text.replace("pub mod d;\n", "pub mod d;\npub mod e;\n")
        );
        // As rustfmt orders them, by their names.
        assert_eq!(
            with("pub mod y;"),
            text.replace("mod tariff;\n", "mod tariff;\npub mod y;\n")
        );
        assert_eq!(with("pub mod b;"), text);
        assert_eq!(among(text, &["pub use "], "pub use a::A;"), None);
    }

    #[test]
    fn a_call_is_put_behind_the_last_of_its_kind() {
        let text = "fn service() {\n    Service::new(S)\n        .query(a())\n        .consumer(b())\n        .scheduled(c())\n}\n";
        let with = |kind, call| in_chain(text, "Service::new(", kind, call).expect("a chain");
        let behind = |line: &str, call: &str| text.replace(line, &format!("{line}        {call}\n"));
        assert_eq!(
            with(".consumer(", ".consumer(d())"),
            behind("        .consumer(b())\n", ".consumer(d())")
        );
        assert_eq!(
            with(".event::<", ".event::<E>()"),
            behind("        .scheduled(c())\n", ".event::<E>()")
        );
        let empty = "    Service::new(S)\n}\n";
        assert_eq!(
            in_chain(empty, "Service::new(", ".x", ".x()"),
            Some("    Service::new(S)\n        .x()\n}\n".into())
        );
    }

    #[test]
    fn a_dependency_is_added_once_and_to_its_own_part() {
        let text = "[package]\nname = \"a\"\n\n[dependencies]\nserde.workspace = true\n\n[dev-dependencies]\nuuid.workspace = true\n";
        let with = dependency(
            text,
            "[dependencies]",
            "serde_json",
            "serde_json.workspace = true",
        );
        assert_eq!(
            with,
            text.replace(
                "serde.workspace = true\n",
                "serde.workspace = true\nserde_json.workspace = true\n"
            )
        );
        assert_eq!(
            dependency(text, "[dependencies]", "serde", "serde.workspace = true"),
            text
        );
        let made = dependency(
            "[dependencies]\na = \"1\"\n",
            "[dev-dependencies]",
            "b",
            "b = \"1\"",
        );
        assert_eq!(
            made,
            "[dependencies]\na = \"1\"\n\n[dev-dependencies]\nb = \"1\"\n"
        );
    }
}
