//! `tidings erase`, as an operator meets it.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};
use tidings_aws::personal::PersonKeys;
use tidings_bus::{EmbeddedDynamoDb, MasterKey};
use tidings_core::{
    Event, Incoming as _, Outgoing, Personal,
    catalogue::PERSON_KEYS,
    causation::{Origin, originate},
    clock::{SystemClock, SystemEntropy},
};

#[derive(serde::Serialize, serde::Deserialize)]
struct Renamed {
    person: String,
    name: Personal<String>,
}

impl Event for Renamed {
    const TYPE: &'static str = "person.renamed";
    const AGGREGATE: &'static str = "person";
    fn aggregate_id(&self) -> &str {
        &self.person
    }
    fn person(&self) -> Option<&str> {
        Some(&self.person)
    }
}

/// A keyring on a data file, as a process of its own would have it.
fn keyring(file: &Path) -> tidings_aws::personal::Keyring {
    let database = EmbeddedDynamoDb::in_file(file).unwrap();
    let master_key = MasterKey::in_file(&file.with_added_extension("master-key")).unwrap();
    tidings_aws::personal::Keyring::new(
        PersonKeys::new(database.client(), PERSON_KEYS.name),
        std::sync::Arc::new(master_key),
        std::sync::Arc::new(SystemClock),
        std::sync::Arc::new(SystemEntropy),
    )
}

fn erase(file: &Path, arguments: &[&str]) -> Output {
    let erase = Command::new(env!("CARGO_BIN_EXE_tidings"))
        .arg("erase")
        .args(arguments)
        .arg("--data")
        .arg(file)
        .env_remove("TIDINGS_STAGE")
        .output();
    erase.unwrap()
}

fn told(output: &Output) -> (i32, Value) {
    let json = serde_json::from_slice(&output.stdout);
    let json = json.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), json)
}

#[tokio::test]
async fn a_person_is_erased_for_good_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let made = EmbeddedDynamoDb::in_file(&file)
        .unwrap()
        .create_table(&PERSON_KEYS)
        .await;
    made.unwrap();
    let mut events = Vec::new();
    for person in ["u-1", "u-2"] {
        let renamed = Renamed {
            person: person.into(),
            name: "Ada".into(),
        };
        let origin = Origin {
            source: "/persons".into(),
            id: uuid::Uuid::new_v4(),
            time: jiff::Timestamp::now(),
            correlation_id: None,
            trace: None,
            actor: Default::default(),
        };
        events.push(originate(Outgoing::new(&renamed, 1).unwrap(), origin));
    }
    let [one, other] = keyring(&file).seal(events).await.unwrap().try_into().unwrap();

    let (code, dry) = told(&erase(&file, &["u-1", "--dry-run", "--json"]));
    assert_eq!((code, &dry["outcome"]), (0, &json!("would_erase")));
    assert!(dry["key_created"].is_string(), "{dry}");
    let done = json!({ "person": "u-1", "outcome": "erased" });
    assert_eq!(told(&erase(&file, &["u-1", "--json"])), (0, done));
    let (code, again) = told(&erase(&file, &["u-1", "--json"]));
    assert_eq!((code, &again["outcome"]), (0, &json!("erased_before")));

    let keyring = keyring(&file);
    let name = async |event| Renamed::decode(&keyring.open(event).await.unwrap()).unwrap().name;
    assert!(name(one).await.is_erased());
    assert_eq!(name(other).await.known().map(String::as_str), Some("Ada"));
}

#[tokio::test]
async fn who_is_not_known_is_not_erased_and_what_is_no_data_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let none = erase(&file, &["u-1"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&none.stderr).contains("there is no data file"));
    assert!(!file.exists());

    drop(EmbeddedDynamoDb::in_file(&file).unwrap());
    let unknown = json!({ "person": "u-1", "outcome": "unknown" });
    assert_eq!(told(&erase(&file, &["u-1", "--json"])), (3, unknown.clone()));
    assert_eq!(told(&erase(&file, &["u-1", "--json", "--dry-run"])), (3, unknown));
    assert_eq!(erase(&file, &[""]).status.code(), Some(2));
    assert_eq!(erase(&file, &["u-1", "--stage", "beta"]).status.code(), Some(2));
}
