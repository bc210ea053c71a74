//! Released samples stay readable.

use std::collections::BTreeSet;

use anyhow::Context as _;
use serde_json::{Value, json};
use tidings_core::contract::Kind;

use crate::{
    contracts::{Contract, contracts},
    samples::{Sample, files, read, samples},
};

fn contract(sample: &Sample) -> anyhow::Result<&'static Contract> {
    let contract = contracts()
        .iter()
        .find(|contract| contract.agreed.name == sample.event_type);
    contract.with_context(|| format!("no contract is called {}", sample.event_type))
}

#[test]
fn a_samples_place_says_its_type_and_version_and_its_text_agrees() -> anyhow::Result<()> {
    for sample in samples()? {
        let envelope = &sample.envelope;
        assert_eq!(
            envelope.event_type,
            sample.event_type,
            "{}",
            sample.path.display()
        );
        assert_eq!(
            envelope.schemaversion,
            sample.version,
            "{}",
            sample.path.display()
        );
        let schema = format!("urn:tidings:{}:v{}", sample.event_type, sample.version);
        assert_eq!(
            envelope.dataschema.as_deref(),
            Some(schema.as_str()),
            "{}",
            sample.path.display()
        );
    }
    Ok(())
}

#[test]
fn every_sample_is_read_by_the_current_type_and_a_current_one_keeps_all_its_data() -> anyhow::Result<()> {
    for sample in samples()? {
        let contract = contract(&sample)?;
        let data = contract
            .read(&sample.envelope)
            .with_context(|| sample.path.display().to_string())?;
        if sample.version == contract.agreed.current {
            let written: Value = serde_json::from_str(sample.envelope.data())?;
            assert_eq!(data, written, "{}", sample.path.display());
        }
    }
    Ok(())
}

#[test]
fn every_version_of_every_contract_has_a_sample_and_no_other_has() -> anyhow::Result<()> {
    let there: BTreeSet<_> = samples()?
        .into_iter()
        .map(|sample| (sample.event_type, sample.version))
        .collect();
    let agreed = contracts().iter().map(|contract| &contract.agreed);
    let released =
        agreed.flat_map(|agreed| (1..=agreed.current).map(move |version| (agreed.name.clone(), version)));
    assert_eq!(there, released.collect());
    Ok(())
}

#[test]
fn every_event_type_of_the_contracts_is_tested_here() -> anyhow::Result<()> {
    let declaration = "const TYPE: &'static str = \"";
    let mut declared = BTreeSet::new();
    for path in files("shared/contracts/src")? {
        let source = read(path)?;
        declared.extend(
            source
                .split(declaration)
                .skip(1)
                .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())),
        );
    }
    let agreed = contracts().iter().map(|contract| &contract.agreed);
    let agreed = agreed.filter(|agreed| agreed.kind != Kind::Answer);
    assert_eq!(declared, agreed.map(|agreed| agreed.name.clone()).collect());
    Ok(())
}

#[test]
fn an_order_of_version_1_is_read_as_one_without_items() -> anyhow::Result<()> {
    let samples = samples()?;
    let old = samples
        .iter()
        .find(|sample| sample.event_type == "order.placed" && sample.version == 1);
    let old = old.context("the sample of order.placed version 1")?;
    let mut expected: Value = serde_json::from_str(old.envelope.data())?;
    expected["items"] = json!([]);
    assert_eq!(contract(old)?.read(&old.envelope)?, expected);
    Ok(())
}

#[test]
fn a_user_of_version_1_is_read_as_one_on_the_free_plan() -> anyhow::Result<()> {
    let samples = samples()?;
    let old = samples
        .iter()
        .find(|sample| sample.event_type == "user.signed_up" && sample.version == 1);
    let old = old.context("the sample of user.signed_up version 1")?;
    let mut expected: Value = serde_json::from_str(old.envelope.data())?;
    expected["plan"] = json!("free");
    assert_eq!(contract(old)?.read(&old.envelope)?, expected);
    Ok(())
}

#[test]
fn reading_and_writing_an_envelope_keeps_everything() -> anyhow::Result<()> {
    for sample in samples()? {
        let written: Value = serde_json::from_str(&sample.envelope.to_json())?;
        assert_eq!(
            written,
            serde_json::from_str::<Value>(&sample.text)?,
            "{}",
            sample.path.display()
        );
    }
    Ok(())
}
