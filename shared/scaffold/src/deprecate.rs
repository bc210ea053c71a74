//! Marking a version of an event or a command as deprecated, where its type says what it is.

use jiff::civil::Date;

/// What is said of a version that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deprecate {
    /// The type (`order.placed`).
    pub name: String,
    /// The version.
    pub version: u32,
    /// Since when nobody new should use it.
    pub since: Date,
    /// From when on it may be gone.
    pub until: Date,
    /// Why, and what to use in its place.
    pub reason: String,
}

/// Why a source is not changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDeprecated {
    /// No type of this source says that it is this event or command.
    #[error("no type here is {0}")]
    Missing(String),
    /// There is no such version.
    #[error("{name} has no version {version}: its current one is {current}")]
    Version {
        /// The type.
        name: String,
        /// The version that was named.
        version: u32,
        /// The current one.
        current: u32,
    },
    /// It would end before it begins.
    #[error("{until} is not after {since}")]
    Period {
        /// When it would begin.
        since: Date,
        /// When it would end.
        until: Date,
    },
    /// It says nothing.
    #[error("a reason is missing: say what to use in its place")]
    Reason,
    /// It is marked already.
    #[error("version {0} is marked already: change the date where it stands")]
    Already(u32),
}

/// A type of event or command in a source.
pub(crate) struct Found {
    /// What it says that it is.
    pub name: String,
    /// The Rust type.
    pub rust: String,
    /// Its current version.
    pub version: u32,
    /// Whether it is a command, and no event.
    pub command: bool,
    /// Whether it says whose its personal values are.
    pub personal: bool,
    /// Its implementation: the lines of its first and its last brace.
    lines: (usize, usize),
}

const TYPE: &str = "    const TYPE: &'static str = \"";
const PERSON: &str = "    fn person(";
const VERSION: &str = "    const VERSION: u32 = ";
const DEPRECATED: &str = "    const DEPRECATED: &'static [";

/// Every `impl Event for …` and `impl Command for …` of a source.
pub(crate) fn contracts(source: &str) -> Vec<Found> {
    let lines: Vec<_> = source.lines().collect();
    let mut found = Vec::new();
    for (begin, line) in lines.iter().enumerate() {
        let rust = ["impl Event for ", "impl Command for "]
            .iter()
            .find_map(|head| line.strip_prefix(head));
        let Some(rust) = rust.and_then(|rust| rust.strip_suffix(" {")) else {
            continue;
        };
        let Some(length) = lines[begin..].iter().position(|line| *line == "}") else {
            continue;
        };
        let body = &lines[begin..begin + length];
        let name = body
            .iter()
            .find_map(|line| line.strip_prefix(TYPE)?.strip_suffix("\";"));
        let version = body
            .iter()
            .find_map(|line| line.strip_prefix(VERSION)?.strip_suffix(';')?.parse().ok());
        if let Some(name) = name {
            found.push(Found {
                name: name.to_owned(),
                rust: rust.to_owned(),
                version: version.unwrap_or(1),
                command: line.starts_with("impl Command for "),
                personal: body.iter().any(|line| line.starts_with(PERSON)),
                lines: (begin, begin + length),
            });
        }
    }
    found
}

/// The source with the version marked.
///
/// # Errors
/// The source has no such type or version, the version is marked already, or the mark says too little.
pub fn deprecate(source: &str, mark: &Deprecate) -> Result<String, NotDeprecated> {
    let Deprecate {
        name,
        version,
        since,
        until,
        reason,
    } = mark;
    let found = contracts(source).into_iter().find(|one| one.name == *name);
    let found = found.ok_or_else(|| NotDeprecated::Missing(name.clone()))?;
    if *version == 0 || *version > found.version {
        return Err(NotDeprecated::Version {
            name: name.clone(),
            version: *version,
            current: found.version,
        });
    }
    if until <= since {
        return Err(NotDeprecated::Period {
            since: *since,
            until: *until,
        });
    }
    if reason.trim().is_empty() {
        return Err(NotDeprecated::Reason);
    }
    let day = |day: &Date| format!("({}, {}, {})", day.year(), day.month(), day.day());
    let entry = format!(
        "        tidings_core::contract::Deprecated::new({version}, {}, {}, {reason:?}),",
        day(since),
        day(until)
    );
    let mut lines: Vec<_> = source.lines().map(ToOwned::to_owned).collect();
    let (begin, end) = found.lines;
    match lines[begin..end]
        .iter()
        .position(|line| line.starts_with(DEPRECATED))
    {
        Some(at) => add(&mut lines, begin + at, entry, *version)?,
        None => {
            let last = lines[begin..end]
                .iter()
                .rposition(|line| line.starts_with("    const "));
            let at = begin + last.map_or(1, |last| last + 1);
            let list = [
                "    const DEPRECATED: &'static [tidings_core::contract::Deprecated] = &[".to_owned(),
                entry,
                "    ];".to_owned(),
            ];
            lines.splice(at..at, list);
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// Adds a mark to a list of them. rustfmt gives it its form afterwards.
fn add(lines: &mut Vec<String>, at: usize, entry: String, version: u32) -> Result<(), NotDeprecated> {
    let length = lines[at..]
        .iter()
        .position(|line| line.ends_with("];"))
        .unwrap_or(0);
    let list = lines[at..=at + length].concat().replace(' ', "");
    let marks = list.split_once("=&[").map_or("", |(_, marks)| marks);
    let marked = [
        format!("Deprecated::new({version},"),
        format!("version:{version},"),
    ];
    if marked.iter().any(|mark| marks.contains(mark.as_str())) {
        return Err(NotDeprecated::Already(version));
    }
    let last = &mut lines[at + length];
    let open = last.strip_suffix("];").unwrap_or(last).trim_end().to_owned();
    let separator = if open.ends_with(['[', ',']) || open.is_empty() {
        ""
    } else {
        ","
    };
    *last = format!("{open}{separator}");
    lines.splice(at + length + 1..at + length + 1, [entry, "    ];".to_owned()]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use pretty_assertions::assert_eq;

    use super::*;

    const SOURCE: &str = "\
impl Event for OrderPlaced {
    const TYPE: &'static str = \"order.placed\";
    const VERSION: u32 = 3;
    const AGGREGATE: &'static str = \"order\";

    fn aggregate_id(&self) -> &str {
        &self.order_id
    }
}

impl Event for OrderLost {
    const TYPE: &'static str = \"order.lost\";
}
";

    fn mark(name: &str, version: u32) -> Deprecate {
        Deprecate {
            name: name.to_owned(),
            version,
            since: date(2026, 11, 27),
            until: date(2027, 1, 31),
            reason: "Version 2 has the \"items\".".to_owned(),
        }
    }

    #[test]
    fn the_type_of_the_event_gets_a_list() {
        let marked = deprecate(SOURCE, &mark("order.placed", 1)).expect("it is marked");
        let list = "    const AGGREGATE: &'static str = \"order\";\n    \
             const DEPRECATED: &'static [tidings_core::contract::Deprecated] = &[\n        \
             tidings_core::contract::Deprecated::new(1, (2026, 11, 27), (2027, 1, 31), \"Version 2 has the \\\"items\\\".\"),\n    ];\n";
        assert_eq!(
            marked,
            SOURCE.replace("    const AGGREGATE: &'static str = \"order\";\n", list)
        );
    }

    #[test]
    fn a_second_mark_joins_the_first_and_the_same_one_is_refused() {
        let once = deprecate(SOURCE, &mark("order.placed", 1)).expect("it is marked");
        let twice = deprecate(&once, &mark("order.placed", 2)).expect("it is marked");
        assert_eq!(twice.matches("Deprecated::new(").count(), 2);
        assert_eq!(twice.matches("const DEPRECATED").count(), 1);
        assert_eq!(twice.lines().filter(|line| *line == "    ];").count(), 1);
        assert_eq!(
            deprecate(&twice, &mark("order.placed", 1)),
            Err(NotDeprecated::Already(1))
        );
        // As rustfmt would write it.
        let inline = once
            .replace("&[\n        tid", "&[tid")
            .replace("),\n    ];", ")];");
        let twice = deprecate(&inline, &mark("order.placed", 2)).expect("it is marked");
        assert!(twice.contains("\\\".\"),\n        tidings_core"), "{twice}");
    }

    #[test]
    fn what_is_not_there_and_what_says_too_little_is_refused() {
        assert_eq!(
            deprecate(SOURCE, &mark("order.found", 1)),
            Err(NotDeprecated::Missing("order.found".into()))
        );
        let version = deprecate(SOURCE, &mark("order.lost", 2));
        assert_eq!(
            version,
            Err(NotDeprecated::Version {
                name: "order.lost".into(),
                version: 2,
                current: 1
            })
        );
        let backwards = Deprecate {
            until: date(2026, 11, 27),
            ..mark("order.placed", 1)
        };
        assert!(matches!(
            deprecate(SOURCE, &backwards),
            Err(NotDeprecated::Period { .. })
        ));
        let silent = Deprecate {
            reason: " ".into(),
            ..mark("order.placed", 1)
        };
        assert_eq!(deprecate(SOURCE, &silent), Err(NotDeprecated::Reason));
    }
}
