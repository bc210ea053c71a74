//! The adapter of Stripe against localstripe, a server that keeps state: real HTTP, and what was made is looked at by another client.
//!
//! What localstripe does otherwise than Stripe: it ignores `Idempotency-Key` (each request makes something) and `Stripe-Version`, takes only
//! `pm_`, `card_` and `src_` as a charge's source, where Stripe takes tokens, calls every error `invalid_request_error` without a `param`, and gives a
//! charge back any number of times. What Stripe answers there is in `src/stripe/tests.rs`, as it documents it.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use aws_types::SdkConfig;
use serde_json::Value;
use storefront_providers::{
    Charge, ChargeCards as _, ChargeError, CreateCustomers as _, NewCustomer, Providers, RefundCharges as _,
    Stripe,
};
use tidings_core::Failure;

const KEY: &str = "sk_test_localstripe";

/// A running server; it ends with this value, or with the test.
struct LocalStripe {
    process: Child,
    url: String,
}

impl LocalStripe {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python = root.join(".tools/localstripe/bin/python");
        assert!(
            python.exists(),
            "localstripe is not installed: `make localstripe`"
        );
        let mut process = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/localstripe/serve.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut port = String::new();
        let said = process.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut port).unwrap();
        let url = format!("http://127.0.0.1:{}", port.trim());
        Self { process, url }
    }

    /// The adapter, made as a function makes it, with this key.
    async fn opened_by(&self, key: &'static str) -> Stripe {
        let url = self.url.clone();
        let said = move |name: &str| match name {
            "STRIPE_URL" => Some(url.clone()),
            "STRIPE_KEY" => Some(key.to_owned()),
            _ => None,
        };
        let config = SdkConfig::builder().build();
        Providers::said_by(&config, said).stripe().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let get = reqwest::Client::new()
            .get(format!("{}{path}", self.url))
            .bearer_auth(KEY);
        let text = get.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for LocalStripe {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn charge(card: &str) -> Charge {
    Charge {
        amount: 2598,
        currency: "EUR".into(),
        card: card.into(),
        order_id: "o-1".into(),
    }
}

#[tokio::test]
async fn a_card_is_charged_and_the_money_given_back() {
    let server = LocalStripe::start();
    let stripe = server.opened_by(KEY).await;
    let id = stripe
        .charge(&charge("pm_card_visa"), "place-order/o-1")
        .await
        .unwrap();
    let kept = server.get(&format!("/v1/charges/{id}")).await;
    assert_eq!(
        (&kept["amount"], &kept["currency"]),
        (&2598.into(), &"eur".into())
    );
    assert_eq!(
        (&kept["status"], &kept["metadata"]["order_id"]),
        (&"succeeded".into(), &"o-1".into())
    );
    assert_eq!(kept["amount_refunded"], 0);

    assert_eq!(stripe.refund(&id, "void/o-1").await, Ok(()));
    assert_eq!(
        server.get(&format!("/v1/charges/{id}")).await["amount_refunded"],
        2598
    );

    let again = stripe
        .charge(&charge("pm_card_visa"), "place-order/o-1")
        .await
        .unwrap();
    assert_ne!(
        again, id,
        "localstripe keeps keys by now: say so at the head of this file, and test it"
    );
}

#[tokio::test]
async fn a_card_that_is_refused_is_told_and_nothing_is_charged() {
    let server = LocalStripe::start();
    let stripe = server.opened_by(KEY).await;
    let refused = stripe.charge(&charge("pm_card_chargeCustomerFail"), "k").await;
    let declined = ChargeError::Refused {
        code: "card_declined".into(),
    };
    assert_eq!(refused, Err(declined));
    let charges = server.get("/v1/charges").await;
    let statuses: Vec<_> = charges["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["status"])
        .collect();
    assert_eq!(statuses, ["failed"]);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_given_back() {
    let server = LocalStripe::start();
    let failed = server
        .opened_by(KEY)
        .await
        .refund("ch_none", "k")
        .await
        .unwrap_err();
    assert!(
        matches!(failed, Failure::Permanent { class: "Refused", .. }),
        "{failed:?}"
    );
}

#[tokio::test]
async fn a_customer_is_made_known() {
    let server = LocalStripe::start();
    let customer = NewCustomer {
        user_id: "u-1".into(),
        name: "Ada Lovelace".into(),
        email: "ada@example.com".into(),
    };
    let id = server.opened_by(KEY).await.create(&customer, "k").await.unwrap();
    let kept = server.get(&format!("/v1/customers/{id}")).await;
    assert_eq!(
        (&kept["name"], &kept["email"]),
        (&"Ada Lovelace".into(), &"ada@example.com".into())
    );
    assert_eq!(kept["metadata"]["user_id"], "u-1");
}

#[tokio::test]
async fn a_wrong_key_is_put_right_and_then_what_waits_is_done() {
    let server = LocalStripe::start();
    let Err(ChargeError::Failed(failed)) = server
        .opened_by("no key")
        .await
        .charge(&charge("pm_card_visa"), "k")
        .await
    else {
        panic!("charged")
    };
    assert!(
        matches!(
            failed,
            Failure::Transient {
                class: "Unauthorised",
                ..
            }
        ),
        "{failed:?}"
    );
}
