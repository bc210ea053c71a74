//! Reading an envelope.

use proptest::{
    prop_assert, prop_assert_eq,
    test_runner::{TestCaseError, TestRunner},
};
use tidings_core::Envelope;

use super::{
    bodies::{CORPUS, bodies},
    cases,
};

/// What is read is written again as what it was; what is not read is refused with words.
fn read(body: &str) -> Result<(), TestCaseError> {
    match Envelope::parse(body) {
        Ok(envelope) => prop_assert_eq!(Envelope::parse(&envelope.to_json()), Ok(envelope)),
        Err(error) => prop_assert!(!error.to_string().is_empty()),
    }
    Ok(())
}

#[test]
fn every_malformed_envelope_is_refused_or_read_and_written_as_it_was() {
    for body in &*CORPUS {
        read(body).unwrap();
    }
}

#[test]
fn brackets_without_end_are_refused() {
    for bracket in ["[", "{\"a\":"] {
        let deep = bracket.repeat(200_000);
        assert!(Envelope::parse(&deep).is_err());
        let valid = r#"{"specversion":"1.0","id":"1","source":"/zoo","type":"t","data":"#;
        assert!(Envelope::parse(&format!("{valid}{deep}")).is_err());
    }
}

#[test]
fn no_text_makes_the_reader_panic() {
    TestRunner::new(cases(20_000, 1))
        .run(&bodies(), |body| read(&body))
        .unwrap();
}
