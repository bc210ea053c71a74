//! Keeping contracts as files: what stands beside the code, against what the code says.

use serde_json::Value;

use super::{Contract, ContractVersion, Form, text::text};

/// A file of a contract as it should be, and what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The type whose contract it is of.
    pub name: String,
    /// The version.
    pub version: u32,
    /// Which of its schemas.
    pub form: Form,
    /// Where it stands, in `events/`.
    pub path: String,
    /// What should be in it.
    pub text: String,
    /// What is.
    pub state: State,
}

/// What is in a file, against what the code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The same.
    Same,
    /// There is no such file.
    Missing,
    /// It says the same of the data in other words: descriptions, titles, examples, the order of
    /// the members.
    Reworded,
    /// It says something else of the data. What was released is never changed so: it takes a new
    /// version.
    Changed,
    /// It is no JSON.
    Broken,
}

/// Every file that these contracts have; `there` reads one by its path.
pub fn files(contracts: &[Contract], mut there: impl FnMut(&str) -> Option<String>) -> Vec<File> {
    let mut files = Vec::new();
    for contract in contracts {
        for version in &contract.versions {
            let read = version.read.as_ref().map(|read| (Form::Reader, read));
            for (form, schema) in [(Form::Written, &version.written)].into_iter().chain(read) {
                let found = there(&form.file(&contract.name, version.version));
                files.push(file(contract, version, form, schema, found));
            }
        }
    }
    files
}

fn file(
    contract: &Contract,
    version: &ContractVersion,
    form: Form,
    schema: &Value,
    found: Option<String>,
) -> File {
    let path = form.file(&contract.name, version.version);
    let text = text(schema);
    let frozen = form == Form::Written && version.version < contract.current;
    let state = match found
        .as_ref()
        .map(|found| (found, serde_json::from_str::<Value>(found)))
    {
        None => State::Missing,
        Some((_, Err(_))) => State::Broken,
        // What wrote it is in no code any more: the file itself is the word.
        Some(_) if frozen => State::Same,
        Some((found, Ok(_))) if *found == text => State::Same,
        Some((_, Ok(found))) => match bare(found) == bare(schema.clone()) {
            true => State::Reworded,
            false => State::Changed,
        },
    };
    File {
        name: contract.name.clone(),
        version: version.version,
        form,
        path,
        text,
        state,
    }
}

/// A schema without what says nothing of the data (JSON Schema 2020-12, meta-data vocabulary;
/// `default` is what a reader fills in, and stays).
#[must_use]
pub fn bare(mut schema: Value) -> Value {
    strip(&mut schema);
    schema
}

fn strip(schema: &mut Value) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(strip),
        Value::Object(members) => {
            for word in ["title", "description", "examples", "$comment"] {
                members.remove(word);
            }
            for (keyword, value) in members {
                match keyword.as_str() {
                    // Its members have names of their own: a field may be called `title`.
                    "properties" | "$defs" | "patternProperties" | "dependentSchemas" => {
                        value
                            .as_object_mut()
                            .into_iter()
                            .flatten()
                            .for_each(|(_, schema)| strip(schema));
                    }
                    "const" | "default" | "enum" => {}
                    _ => strip(value),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::Kind;

    fn contract(current: u32, written: Value) -> Contract {
        let version = |version| ContractVersion {
            version,
            min_reader: 1,
            read: None,
            written: written.clone(),
            deprecated: None,
            sample: None,
        };
        Contract {
            kind: Kind::Event,
            name: "bear.woken".into(),
            aggregate: "bear",
            service: "zoo",
            current,
            versions: (1..=current).map(version).collect(),
        }
    }

    fn state(there: Option<Value>) -> State {
        let says = json!({ "title": "Woken", "properties": { "title": { "type": "string" } } });
        let files = files(&[contract(1, says)], |path| {
            assert_eq!(path, "bear.woken/v1.schema.json");
            there.as_ref().map(text)
        });
        files[0].state
    }

    #[test]
    fn a_file_is_the_same_or_reworded_or_says_something_else_of_the_data() {
        let reworded =
            json!({ "title": "Up", "properties": { "title": { "type": "string", "description": "Its" } } });
        for (there, expected) in [
            (None, State::Missing),
            (
                Some(json!({ "title": "Woken", "properties": { "title": { "type": "string" } } })),
                State::Same,
            ),
            (Some(reworded), State::Reworded),
            (
                Some(json!({ "title": "Woken", "properties": {} })),
                State::Changed,
            ),
            (
                Some(json!({ "title": "Woken", "properties": { "title": { "type": "number" } } })),
                State::Changed,
            ),
        ] {
            assert_eq!(state(there.clone()), expected, "{there:?}");
        }
        let broken = files(&[contract(1, json!({}))], |_| Some("{".into()));
        assert_eq!(broken[0].state, State::Broken);
    }

    #[test]
    fn what_was_written_once_is_what_its_file_says() {
        let files = files(&[contract(2, json!({ "type": "object" }))], |_| Some("{}".into()));
        let states: Vec<_> = files.iter().map(|file| (file.version, file.state)).collect();
        assert_eq!(states, [(1, State::Same), (2, State::Changed)]);
    }
}
