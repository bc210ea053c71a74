//! A schema as text: the same for the same schema, and lines that a change of it changes alone.

use serde_json::{Map, Value};

/// Characters of a line, at most, where what stands on it can be broken.
const WIDTH: usize = 110;
/// The members that come first, in their order; the others follow by name.
const FIRST: [&str; 9] = [
    "$schema",
    "$id",
    "title",
    "description",
    "x-personal",
    "type",
    "properties",
    "required",
    "additionalProperties",
];

/// The schema, with a line break at its end.
#[must_use]
pub fn text(schema: &Value) -> String {
    let mut text = String::new();
    write(&mut text, schema, 0, 0);
    text.push('\n');
    text
}

/// Writes a value whose line is indented so far, and has so many characters before it.
fn write(text: &mut String, value: &Value, indent: usize, before: usize) {
    let short = short(value);
    if indent + before + short.chars().count() <= WIDTH && indent > 0 {
        text.push_str(&short);
        return;
    }
    let inner = indent + 2;
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('{');
            for (index, (name, value)) in sorted(members).into_iter().enumerate() {
                let name = format!("{}: ", Value::from(name.as_str()));
                line(text, index, inner);
                text.push_str(&name);
                write(text, value, inner, name.chars().count());
            }
            close(text, indent, '}');
        }
        Value::Array(values) if values.iter().all(is_scalar) && !values.is_empty() => {
            text.push('[');
            filled(text, values, inner);
            close(text, indent, ']');
        }
        Value::Array(values) if !values.is_empty() => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                line(text, index, inner);
                write(text, value, inner, 0);
            }
            close(text, indent, ']');
        }
        _ => text.push_str(&short),
    }
}

/// As many values a line as it takes.
fn filled(text: &mut String, values: &[Value], indent: usize) {
    let mut column = WIDTH;
    for (index, value) in values.iter().enumerate() {
        let value = value.to_string();
        let length = value.chars().count() + 2;
        if column + length > WIDTH {
            line(text, index, indent);
            column = indent;
        } else {
            text.push_str(", ");
        }
        text.push_str(&value);
        column += length;
    }
}

fn line(text: &mut String, index: usize, indent: usize) {
    text.push_str(if index == 0 { "\n" } else { ",\n" });
    text.extend(std::iter::repeat_n(' ', indent));
}

fn close(text: &mut String, indent: usize, bracket: char) {
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
    text.push(bracket);
}

/// The value on one line.
fn short(value: &Value) -> String {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let members = sorted(members).into_iter();
            let members =
                members.map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), short(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(short).collect::<Vec<_>>().join(", ")),
        _ => value.to_string(),
    }
}

fn sorted(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let rank = |name: &str| match name {
        // Looked up, and not read through.
        "$defs" => usize::MAX,
        _ => FIRST
            .iter()
            .position(|first| *first == name)
            .unwrap_or(FIRST.len()),
    };
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by(|(one, _), (other, _)| (rank(one), one).cmp(&(rank(other), other)));
    sorted
}

fn is_scalar(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_says_the_same_and_its_order_does_not_depend_on_who_made_it() {
        let codes: Vec<_> = (0..100).map(|code| format!("C{code}")).collect();
        let schema = json!({
            "$defs": { "Code": { "enum": codes, "type": "string" } },
            "type": "object",
            "properties": { "b": { "$ref": "#/$defs/Code" }, "a": { "type": "integer", "maximum": u64::MAX } },
            "$id": "urn:x",
            "required": [],
        });
        let text = text(&schema);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), schema);
        assert!(
            text.ends_with("    }\n  }\n}\n") && text.contains("\"required\": [],\n  \"$defs\""),
            "{text}"
        );
        let expected = "{\n  \"$id\": \"urn:x\",\n  \"type\": \"object\",\n  \"properties\": {\n    \
                        \"a\": { \"type\": \"integer\", \"maximum\": 18446744073709551615 },\n    \"b\": { \"$ref\": \"#/$defs/Code\" }\n  },\n";
        assert!(text.starts_with(expected), "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH + 2),
            "{text}"
        );
    }
}
