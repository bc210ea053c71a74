//! The description as a page to read: every operation with its parameters, the schema of its body and what it answers. It is made of the document that
//! programs read, once, and needs nothing but itself.

use serde_json::Value;

pub(super) const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}\
    code,pre{font:14px/1.4 ui-monospace,monospace}summary{cursor:pointer;padding:.3rem 0}details{border-bottom:1px solid #ddd}\
    pre{background:#f5f5f5;padding:.6rem;overflow:auto}td{padding:.1rem .8rem .1rem 0;vertical-align:top}\
    b{display:inline-block;min-width:3.5rem}";

/// The page of a document.
pub(super) fn page(document: &Value) -> String {
    let mut page = String::new();
    let title = escaped(text(&document["info"]["title"]));
    page += &format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style>\
             <h1>{title}</h1><p>{}</p><p>For programs: <a href=\"/openapi.json\">openapi.json</a> (OpenAPI {}). \
             What is published: <a href=\"/schemas\">schemas</a>.</p>",
        escaped(text(&document["info"]["description"])),
        escaped(text(&document["openapi"])),
    );
    page += "<p>What happens: <a href=\"/\">live</a>. Who states and who takes what: <a href=\"/catalogue\">the catalogue</a>.</p>";
    for service in services(document) {
        page += &format!("<h2>{}</h2>", escaped(service));
        for (path, method, operation) in operations(document) {
            if operation["tags"][0] == service {
                page += &shown(document, path, method, operation);
            }
        }
    }
    page + "</html>\n"
}

/// The services, in the order of the alphabet.
fn services(document: &Value) -> Vec<&str> {
    let mut services: Vec<_> = operations(document)
        .map(|(_, _, operation)| text(&operation["tags"][0]))
        .collect();
    services.sort_unstable();
    services.dedup();
    services
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

fn shown(document: &Value, path: &str, method: &str, operation: &Value) -> String {
    let mut shown = format!(
        "<details id=\"{0}\"><summary><b>{1}</b> <code>{2}</code> {3}</summary><p><code>{0}</code>. {4}</p><table>",
        escaped(text(&operation["operationId"])),
        escaped(&method.to_uppercase()),
        escaped(path),
        escaped(text(&operation["summary"])),
        escaped(text(&operation["description"])),
    );
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let parameter = resolved(document, parameter);
        let needed = if parameter["required"] == true {
            "required"
        } else {
            ""
        };
        shown += &format!(
            "<tr><td><code>{}</code><td>{}<td>{needed}<td>{}",
            escaped(text(&parameter["name"])),
            escaped(text(&parameter["in"])),
            escaped(text(&parameter["description"])),
        );
    }
    shown += "</table>";
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        shown += &format!("<p>Body<pre>{}</pre>", schema(document, body));
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let response = resolved(document, response);
        let described = escaped(text(&response["description"]));
        shown += &format!("<p><code>{}</code> {described}", escaped(status));
        let answer = &response["content"]["application/json"]["schema"];
        if !answer.is_null() {
            shown += &format!("<pre>{}</pre>", schema(document, answer));
        }
    }
    shown + "</details>"
}

fn schema(document: &Value, schema: &Value) -> String {
    escaped(&format!("{:#}", resolved(document, schema)))
}

/// What a reference refers to, within the document.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'));
    pointer
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(value)
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
