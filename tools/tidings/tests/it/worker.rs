//! What `tidings worker` says when it cannot begin.

use std::process::Command;

/// Runs it where nobody listens; what it says on standard error.
fn refused(arguments: &[&str]) -> String {
    let worker = Command::new(env!("CARGO_BIN_EXE_tidings"))
        .arg("worker")
        .args(arguments)
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env_remove("MAIL_FROM")
        .env_remove("MAIL_FOLDER")
        .env_remove("TAX_RATE")
        .output()
        .unwrap();
    assert!(!worker.status.success());
    String::from_utf8(worker.stderr).unwrap()
}

#[test]
fn an_unknown_consumer_is_told_with_those_that_there_are() {
    let told = refused(&["create-invoice", "feed-bear"]);
    assert!(told.contains("there is no consumer feed-bear"), "{told}");
    for there in ["create-invoice", "send-order-confirmation", "track-analytics"] {
        assert!(told.contains(there), "{told}");
    }
}

#[test]
fn a_consumer_that_sends_mail_is_told_what_to_say() {
    let told = refused(&["send-order-confirmation"]);
    assert!(
        told.contains("send-order-confirmation sends mail: --mail"),
        "{told}"
    );
    assert!(told.contains("MAIL_FROM"), "{told}");
}

#[test]
fn what_was_chosen_when_it_was_deployed_has_to_be_told_and_no_default_takes_its_place() {
    for (consumer, also) in [
        ("render-invoice-pdf", &["--invoices", "."][..]),
        ("create-invoice", &[]),
    ] {
        let told = refused(&[&[consumer], also].concat());
        for word in [consumer, "TAX_RATE", "in basis points"] {
            assert!(told.contains(word), "{word}: {told}");
        }
    }
}

#[test]
fn an_endpoint_that_does_not_answer_is_told_with_the_queue_that_was_looked_for() {
    let told = refused(&["track-analytics", "--stage", "beta"]);
    assert!(told.contains("the queue beta-track-analytics: "), "{told}");
}
