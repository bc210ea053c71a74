//! The schemas beside the samples are what the code says, and the samples are valid by them.

use std::collections::BTreeSet;

use anyhow::Context as _;
use jsonschema::Validator;
use serde_json::Value;
use tidings_core::contract::{
    Form,
    kept::{State, files as kept},
};

use crate::{
    contracts::contracts,
    samples::{files, read, relative, samples},
};

/// What the file of a schema says.
fn schema(name: &str, version: u32, form: Form) -> anyhow::Result<Value> {
    let path = format!("events/{}", form.file(name, version));
    serde_json::from_str(&read(&path)?).with_context(|| path)
}

pub fn validator(schema: &Value) -> Validator {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(schema).expect("it is a schema")
}

/// What is wrong with it.
fn faults(schema: &Value, data: &Value) -> Vec<String> {
    validator(schema)
        .iter_errors(data)
        .map(|fault| fault.to_string())
        .collect()
}

#[test]
fn the_schemas_are_what_the_code_says() {
    let agreed: Vec<_> = contracts()
        .iter()
        .map(|contract| contract.agreed.clone())
        .collect();
    let files = kept(&agreed, |path| read(format!("events/{path}")).ok());
    let other = files.iter().filter(|file| file.state != State::Same);
    let other: Vec<_> = other
        .map(|file| format!("{}: {:?}", file.path, file.state))
        .collect();
    assert!(
        other.is_empty(),
        "`tidings schema write` writes what is new and what may change; a released version never does: {other:#?}"
    );
}

#[test]
fn every_file_belongs_to_a_version_of_a_contract() -> anyhow::Result<()> {
    let mut expected = BTreeSet::new();
    for agreed in contracts().iter().map(|contract| &contract.agreed) {
        for version in &agreed.versions {
            let (name, version) = (&agreed.name, version.version);
            expected.insert(format!("{name}/v{version}.json"));
            expected.extend([Form::Written, Form::Reader].map(|form| form.file(name, version)));
        }
    }
    let mut there = BTreeSet::new();
    let folders = files("events")?.into_iter().filter(|path| path.is_dir());
    for folder in folders.filter(|path| !path.ends_with("invocations")) {
        there.extend(files(folder)?.iter().map(|path| relative(path)));
    }
    assert_eq!(there, expected);
    Ok(())
}

#[test]
fn a_sample_is_valid_by_the_schema_that_it_names_and_by_what_reads_it() -> anyhow::Result<()> {
    for sample in samples()? {
        let data: Value = serde_json::from_str(sample.envelope.data())?;
        let written = schema(&sample.event_type, sample.version, Form::Written)?;
        assert!(jsonschema::draft202012::meta::is_valid(&written));
        assert_eq!(sample.envelope.dataschema.as_deref(), written["$id"].as_str());
        let reader = schema(&sample.event_type, sample.version, Form::Reader)?;
        for schema in [written, reader] {
            let faults = faults(&schema, &data);
            assert!(
                faults.is_empty(),
                "{} by {}: {faults:?}",
                sample.path.display(),
                schema["$id"]
            );
        }
    }
    Ok(())
}

#[test]
fn a_sample_is_valid_for_every_older_reader_that_it_asks_for() -> anyhow::Result<()> {
    let mut asked = 0;
    for sample in samples()? {
        let data: Value = serde_json::from_str(sample.envelope.data())?;
        for older in sample.envelope.minreader..sample.version {
            let reader = schema(&sample.event_type, older, Form::Reader)?;
            let faults = faults(&reader, &data);
            assert!(
                faults.is_empty(),
                "{} by a reader of version {older}: {faults:?}",
                sample.path.display()
            );
            asked += 1;
        }
    }
    assert!(asked > 0, "some newer sample is read by older readers");
    Ok(())
}

#[test]
fn what_is_written_is_closed() -> anyhow::Result<()> {
    for sample in samples()? {
        let mut data: Value = serde_json::from_str(sample.envelope.data())?;
        let written = schema(&sample.event_type, sample.version, Form::Written)?;
        data["nobodyWritesThis"] = true.into();
        assert!(!validator(&written).is_valid(&data), "{}", sample.path.display());
    }
    Ok(())
}
