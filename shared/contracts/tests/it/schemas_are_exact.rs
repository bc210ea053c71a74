//! A schema takes what the type takes, and nothing else.
//!
//! Every sample is changed in one place, and then in two, in every way: what the schema as read
//! says of it must be what the type does with it, and what the type then writes must be valid by
//! the schema as written.

use anyhow::Context as _;
use serde_json::Value;
use tidings_core::Envelope;

use crate::{
    contracts::{Contract, contracts},
    mutants::{mutants, words},
    samples::{Sample, samples},
    schemas_are_kept::validator,
};

/// Mutants of mutants that are tried of a sample, at most: spread over all.
const MOST: usize = 200;

fn with_data(sample: &Sample, data: &Value) -> anyhow::Result<Envelope> {
    let mut envelope: Value = serde_json::from_str(&sample.text)?;
    envelope["data"] = data.clone();
    Ok(Envelope::parse(&envelope.to_string())?)
}

/// The sample's data, and what it can be changed to.
fn changed(sample: &Sample, words: &[Value]) -> anyhow::Result<Vec<Value>> {
    let data: Value = serde_json::from_str(sample.envelope.data())?;
    let once = mutants(&data, words);
    let twice: Vec<_> = once.iter().flat_map(|mutant| mutants(mutant, words)).collect();
    let step = twice.len().div_ceil(MOST).max(1);
    let all = [data]
        .into_iter()
        .chain(once)
        .chain(twice.into_iter().step_by(step));
    // The envelope is read as an object, and nothing else is.
    Ok(all.filter(Value::is_object).collect())
}

fn each(check: impl Fn(&Contract, &Sample) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let contracts = contracts();
    for sample in samples()? {
        let contract = contracts
            .iter()
            .find(|contract| contract.agreed.name == sample.event_type);
        let contract = contract.with_context(|| sample.event_type.clone())?;
        check(contract, &sample).with_context(|| sample.path.display().to_string())?;
    }
    Ok(())
}

#[test]
fn what_the_schema_as_read_takes_is_what_the_type_reads() -> anyhow::Result<()> {
    let (taken, refused) = (std::cell::Cell::new(0_u32), std::cell::Cell::new(0_u32));
    each(|contract, sample| {
        let version = &contract.agreed.versions[sample.version as usize - 1];
        let schema = version.read.as_ref().context("it is read")?;
        let validator = validator(schema);
        for data in changed(sample, &words(schema))? {
            let read = contract.read(&with_data(sample, &data)?);
            let valid = validator.is_valid(&data);
            let said = || {
                format!(
                    "the schema {} it, the type says {read:?}: {data}",
                    if valid { "takes" } else { "refuses" }
                )
            };
            assert_eq!(read.is_ok(), valid, "{}: {}", schema["$id"], said());
            let count = if valid { &taken } else { &refused };
            count.set(count.get() + 1);
        }
        Ok(())
    })?;
    assert!(taken.get() > 500 && refused.get() > 500, "{taken:?} {refused:?}");
    Ok(())
}

#[test]
fn what_the_type_writes_is_what_the_schema_as_written_says() -> anyhow::Result<()> {
    let sent = std::cell::Cell::new(0_u32);
    each(|contract, sample| {
        let current = contract.agreed.versions.last().context("a version")?;
        let validator = validator(&current.written);
        for data in changed(sample, &words(&current.written))? {
            let envelope = with_data(sample, &data)?;
            let Ok(written) = contract.read(&envelope) else {
                continue;
            };
            let faults: Vec<_> = validator
                .iter_errors(&written)
                .map(|fault| fault.to_string())
                .collect();
            assert!(
                faults.is_empty(),
                "{}: {faults:?}: {written}",
                current.written["$id"]
            );
            // Without an owner, personal values are not stated.
            if let Ok(stated) = contract.send(&envelope) {
                assert!(
                    validator.is_valid(&stated),
                    "{}: {stated}",
                    current.written["$id"]
                );
                sent.set(sent.get() + 1);
            }
        }
        Ok(())
    })?;
    assert!(sent.get() > 500, "{sent:?}");
    Ok(())
}
