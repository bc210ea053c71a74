//! The storefront's catalogue, and changes to it.

use std::{fs, path::PathBuf, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The catalogue document, as a file that the command reads.
#[derive(Clone)]
pub struct Shop(pub Value);

impl Shop {
    /// As the code says it.
    pub fn today() -> Self {
        let printed = Command::new(env!("CARGO_BIN_EXE_tidings"))
            .args(["catalog", "--json"])
            .output()
            .unwrap();
        Self(serde_json::from_slice(&printed.stdout).unwrap())
    }

    /// The same with the contract of this type alone: what a test compares a hundred times.
    pub fn only(&self, name: &str) -> Self {
        let mut shop = self.clone();
        if let Some(contracts) = shop.0["contracts"].as_array_mut() {
            contracts.retain(|contract| contract["type"] == name);
        }
        shop
    }

    pub fn contract(&mut self, name: &str) -> &mut Value {
        let contracts = self.0["contracts"].as_array_mut().unwrap();
        contracts
            .iter_mut()
            .find(|contract| contract["type"] == name)
            .unwrap()
    }

    /// The current version of a type.
    pub fn current(&mut self, name: &str) -> &mut Value {
        let contract = self.contract(name);
        let number = contract["current"].clone();
        let versions = contract["versions"].as_array_mut().unwrap();
        versions
            .iter_mut()
            .find(|version| version["version"] == number)
            .unwrap()
    }

    /// The same with a new version of a type: the schemas of the current one with this merge patch (RFC 7396), as written and as read.
    /// What read the earlier versions is gone, as it is where nobody writes an upcast.
    pub fn with_version(&self, name: &str, patch: &Value) -> Self {
        let mut shop = self.clone();
        let mut version = shop.current(name).clone();
        let number = version["version"].as_u64().unwrap() + 1;
        version["version"] = json!(number);
        merge(&mut version["written"], patch);
        merge(&mut version["read"], patch);
        let contract = shop.contract(name);
        contract["current"] = json!(number);
        let versions = contract["versions"].as_array_mut().unwrap();
        for earlier in versions.iter_mut() {
            earlier["read"] = Value::Null;
        }
        versions.push(version);
        shop
    }

    /// The same with a new version of a type: the current one of `other`, once more.
    pub fn again(&self, name: &str, other: &Self) -> Self {
        let mut shop = self.with_version(name, &json!({}));
        let same = other.clone().current(name).clone();
        let version = shop.current(name);
        version["written"] = same["written"].clone();
        version["read"] = same["read"].clone();
        shop
    }

    /// The consumers of a type, by what the catalogue says that they take.
    pub fn readers(&self, name: &str) -> Vec<String> {
        let consumers = self.0["consumers"].as_array().unwrap().iter();
        let takes = |takes: &Value| {
            takes["all"] == true
                || takes["command"] == name
                || takes["types"]
                    .as_array()
                    .is_some_and(|types| types.iter().any(|one| one == name))
        };
        let reading = consumers.filter(|consumer| takes(&consumer["takes"]));
        let mut names: Vec<_> = reading
            .map(|consumer| consumer["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }
}

/// A merge patch (RFC 7396): what it names is replaced, what it names as null is removed.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let members = target.as_object_mut().unwrap();
    for (name, value) in patch {
        if value.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name.as_str()).or_insert(Value::Null), value);
        }
    }
}

/// A folder with what a check reads beside the schemas, and the two catalogues.
pub struct Desk(TempDir);

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// What `tidings schema check` says of the change from `then` to `now`: exit code, and its words.
    pub fn check(&self, then: &Shop, now: &Shop, arguments: &[&str]) -> (Option<i32>, String) {
        let (then, now) = (
            self.write("then.json", &then.0.to_string()),
            self.write("now.json", &now.0.to_string()),
        );
        let checked = Command::new(env!("CARGO_BIN_EXE_tidings"))
            .args(["schema", "check", "--against"])
            .arg(then)
            .arg("--now")
            .arg(now)
            .arg("--events")
            .arg(self.0.path())
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8(checked.stdout).unwrap() + &String::from_utf8(checked.stderr).unwrap();
        (checked.status.code(), said)
    }
}
