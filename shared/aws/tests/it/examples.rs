//! The example functions as they are deployed: real binaries under the Lambda runtime API, on an embedded DynamoDB over HTTP, with
//! no queue within reach.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::{Value, json};
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::catalogue::{IDEMPOTENCY, Table};
use tokio::net::TcpListener;

use crate::lambda_api::{Lambda, example};

const EFFECTS: Table = Table::new("effects", "example", "id");

/// A database that functions reach over HTTP, and its URL.
async fn database() -> (EmbeddedDynamoDb, String) {
    let database = EmbeddedDynamoDb::in_memory().unwrap();
    for table in [&IDEMPOTENCY, &EFFECTS] {
        database.create_table(table).await.unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = database.clone();
    tokio::spawn(async move { served.serve(listener).await });
    (database, url)
}

fn event(id: &str, data: &Value) -> String {
    json!({ "specversion": "1.0", "id": id, "source": "/anybody", "type": "amount.chosen", "data": data })
        .to_string()
}

/// An SQS event; each message's id says where it is in the batch.
fn batch(bodies: &[String]) -> Value {
    let record = |(index, body): (usize, &String)| {
        json!({
            "messageId": format!("m{index}"),
            "receiptHandle": format!("r{index}"),
            "body": body,
            "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1768471200000" },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:example",
            "awsRegion": "eu-central-1",
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

/// The ids that come back.
fn failures(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"]
        .as_array()
        .expect("a partial batch response");
    let mut ids: Vec<_> = failures
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    ids
}

async fn runs(database: &EmbeddedDynamoDb) -> Vec<(String, String)> {
    let items = database
        .client()
        .scan()
        .table_name(EFFECTS.name)
        .send()
        .await
        .unwrap()
        .items
        .unwrap();
    let text = |item: &std::collections::HashMap<_, aws_sdk_dynamodb::types::AttributeValue>| {
        (
            item["id"].as_s().unwrap().clone(),
            item["runs"].as_n().unwrap().clone(),
        )
    };
    let mut runs: Vec<_> = items.iter().map(text).collect();
    runs.sort();
    runs
}

/// A batch with everything in it, and then the same event once more.
async fn handles_each_event_once_and_fails_bad_records_alone(name: &str) {
    let (database, url) = database().await;
    let mut lambda = Lambda::open().await;
    let environment = [
        ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str()),
        ("IDEMPOTENCY_TABLE", IDEMPOTENCY.name),
        ("EFFECT_TABLE", EFFECTS.name),
    ];
    lambda.start(&example(name), &environment);

    let good = event("e-1", &json!({ "amount": 7, "sleep_ms": 20 }));
    let answer = lambda
        .invoke(&batch(&[
            good.clone(),
            good.clone(),
            event("e-2", &json!({ "amount": 7, "poison": true })),
            "no JSON".to_owned(),
            event("e-3", &json!({ "amount": "seven" })),
            event("e-4", &json!({ "amount": -7 })),
        ]))
        .await;
    assert_eq!(
        failures(&answer),
        ["m2", "m3", "m4"],
        "left to the redrive policy, since no queue is known"
    );
    let once = |id: &str| (id.to_owned(), "1".to_owned());
    assert_eq!(runs(&database).await, [once("e-1"), once("e-4")]);

    let answer = lambda.invoke(&batch(&[good])).await;
    assert!(failures(&answer).is_empty());
    assert_eq!(runs(&database).await, [once("e-1"), once("e-4")]);
}

#[tokio::test]
async fn the_leased_example_handles_each_event_once_and_fails_bad_records_alone() {
    handles_each_event_once_and_fails_bad_records_alone("leased").await;
}

#[tokio::test]
async fn the_transactional_example_handles_each_event_once_and_fails_bad_records_alone() {
    handles_each_event_once_and_fails_bad_records_alone("transactional").await;
}

#[tokio::test]
async fn without_a_table_for_effects_an_example_only_records_its_events() {
    for name in ["leased", "transactional"] {
        let (database, url) = database().await;
        let mut lambda = Lambda::open().await;
        let environment = [
            ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str()),
            ("IDEMPOTENCY_TABLE", IDEMPOTENCY.name),
        ];
        lambda.start(&example(name), &environment);
        let answer = lambda
            .invoke(&batch(&[event("e-1", &json!({ "amount": 7 }))]))
            .await;
        assert!(failures(&answer).is_empty(), "{name}");
        assert!(runs(&database).await.is_empty(), "{name}");
        let records = database
            .client()
            .scan()
            .table_name(IDEMPOTENCY.name)
            .send()
            .await
            .unwrap();
        assert_eq!(records.count(), 1, "{name}");
    }
}

/// The function asks its table before there is any request: whoever comes first does not wait for the connection.
#[tokio::test]
async fn an_endpoint_makes_its_connection_in_init() {
    let database = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", database.local_addr().unwrap());
    let mut lambda = Lambda::open().await;
    let environment = [
        ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str()),
        ("TABLE_EFFECTS", EFFECTS.name),
    ];
    lambda.start(&example("query"), &environment);

    let (connection, _) = database.accept().await.unwrap();
    let mut asked = String::new();
    while !asked.contains("DynamoDB_20120810.GetItem") {
        connection.readable().await.unwrap();
        let mut some = [0; 4096];
        match connection.try_read(&mut some) {
            Ok(0) => panic!("nothing was asked but {asked}"),
            Ok(read) => asked.push_str(&String::from_utf8_lossy(&some[..read])),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
        }
    }
}

#[tokio::test]
async fn the_query_example_answers_how_often_an_effect_has_run() {
    let (database, url) = database().await;
    let mut lambda = Lambda::open().await;
    let environment = [
        ("AWS_ENDPOINT_URL_DYNAMODB", url.as_str()),
        ("TABLE_EFFECTS", EFFECTS.name),
    ];
    lambda.start(&example("query"), &environment);
    let put = database.client().put_item().table_name(EFFECTS.name);
    let text = aws_sdk_dynamodb::types::AttributeValue::S("e-1".to_owned());
    let two = aws_sdk_dynamodb::types::AttributeValue::N("2".to_owned());
    put.item("id", text).item("runs", two).send().await.unwrap();
    for (path, runs) in [("/runs/e-1", 2), ("/runs/e-2", 0)] {
        let mut request = ApiGatewayV2httpRequest::default();
        request.raw_path = Some(path.to_owned());
        let request = serde_json::to_value(request).unwrap();
        let answer = lambda.invoke(&request).await;
        assert_eq!(answer["statusCode"], 200, "{answer}");
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(body, json!({ "runs": runs }));
    }
}
