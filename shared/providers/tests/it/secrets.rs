//! No secret in a log line or in a failure, whatever a provider answers: these here answer with what they were asked, secrets and all.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use aws_types::SdkConfig;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use serde_json::json;
use storefront_providers::{Charge, ChargeError, NewCustomer, Notice, Outside, Parcel, Providers};
use tidings_core::{Failure, catalogue::Resource};
use tokio::net::TcpListener;
use tracing_subscriber::fmt::MakeWriter;

const STRIPE_KEY: &str = "sk_live_51H8SECRET";
/// `whsec_` and 32 bytes.
const WEBHOOK_KEY: &str = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmU=";
const PATH: &str = "T0/B0/SECRETPATH";

/// What was logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Answers with everything that it was asked, in every place that an adapter could look at.
async fn echo(
    State(status): State<StatusCode>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let all = format!("{uri} {headers:?} {}", String::from_utf8_lossy(&body));
    let said =
        json!({ "type": &all, "code": &all, "decline_code": &all, "param": "source", "message": &all });
    (
        status,
        json!({ "error": said, "id": [&all], "carrier": [&all] }).to_string(),
    )
}

/// Everybody outside, at an address that is a secret.
async fn outside(at: &str) -> Outside {
    let url = format!("{at}/{PATH}");
    let said = move |name: &str| match name {
        "STRIPE_KEY" => Some(STRIPE_KEY.to_owned()),
        "WAREHOUSE_KEY" | "CRM_KEY" | "AFFILIATES_KEY" => Some(WEBHOOK_KEY.to_owned()),
        name => name.ends_with("_URL").then(|| url.clone()),
    };
    let names = ["stripe", "slack", "warehouse", "crm", "affiliates"].map(Resource::Secret);
    let config = SdkConfig::builder().build();
    Providers::said_by(&config, said).outside(&names).await.unwrap()
}

/// Asks everybody for everything; what they make of it.
async fn ask(outside: &Outside) -> Vec<String> {
    let charge = Charge {
        amount: 1,
        currency: "EUR".into(),
        card: "tok_visa".into(),
        order_id: "o-1".into(),
    };
    let customer = NewCustomer {
        user_id: "u-1".into(),
        name: "Ada".into(),
        email: "ada@example.com".into(),
    };
    let notice = Notice {
        id: "evt-1".into(),
        kind: "order.placed",
        data: json!({}),
    };
    let parcel = Parcel {
        shipment_id: "s-1".into(),
        order_id: "o-1".into(),
        to: None,
        items: Vec::new(),
    };
    let charged = outside.cards.charge(&charge, "k").await;
    let charged = charged.map_err(|error| match error {
        ChargeError::Failed(failure) => failure,
        other => Failure::permanent(other.to_string()),
    });
    let done = [
        charged.map(drop),
        outside.refunds.refund("ch_1", "k").await,
        outside.customers.create(&customer, "k").await.map(drop),
        outside.chat.post("hello").await,
        outside.warehouse.pack(&parcel, "evt-1").await.map(drop),
        outside.crm.notify(&notice).await,
        outside.affiliates.notify(&notice).await,
    ];
    done.iter().map(|done| format!("{done:?}")).collect()
}

#[tokio::test]
async fn no_secret_is_logged_or_in_a_failure() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(lines.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let mut told = Vec::new();
    for status in [200, 302, 400, 401, 402, 403, 404, 409, 410, 429, 500] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .fallback(echo)
            .with_state(StatusCode::from_u16(status).unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        told.extend(ask(&outside(&at).await).await);
        server.abort();
    }
    // Nobody listens there.
    told.extend(ask(&outside("http://127.0.0.1:9").await).await);

    tracing::info!(failures = ?told, "what is logged of a failure");
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(
        logged.contains("Stripe answers 401"),
        "the lines were taken: {logged}"
    );
    let failed = told.iter().filter(|told| told.starts_with("Err")).count();
    assert!(failed > 60, "{failed} of {} failed", told.len());
    for secret in [
        "51H8SECRET",
        "SECRETPATH",
        &WEBHOOK_KEY["whsec_".len()..],
        "ada@example.com",
    ] {
        assert!(!logged.contains(secret), "{secret} in {logged}");
    }
}

#[tokio::test]
async fn a_secret_that_is_of_no_use_is_not_quoted() {
    let config = SdkConfig::builder().build();
    for (url, key) in [
        ("http://hooks.example/SECRETPATH", WEBHOOK_KEY),
        ("SECRETPATH", WEBHOOK_KEY),
        ("https://hooks.example/SECRETPATH", "whsec_51H8SECRET"),
    ] {
        let said = move |name: &str| match name {
            "CRM_URL" => Some(url.to_owned()),
            "CRM_KEY" => Some(key.to_owned()),
            _ => None,
        };
        let Err(error) = Providers::said_by(&config, said)
            .outside(&[Resource::Secret("crm")])
            .await
        else {
            panic!("a provider")
        };
        let told = format!("{error} {error:?}");
        assert!(told.contains("the secret crm"), "{told}");
        assert!(!told.contains("SECRET"), "{told}");
    }
}
