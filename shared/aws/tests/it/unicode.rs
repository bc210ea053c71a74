//! Every text that JSON can hold, on its way: to SNS, to SQS, into DynamoDB, into the log. (As a header: the providers' webhooks.)

use std::{
    io,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
    shared::IntoShared as _,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tidings_aws::{commands::CommandQueues, log::json_lines, queue::DeadLetterQueue, request::ReplyQueues};
use tidings_core::{
    Envelope,
    catalogue::IDEMPOTENCY,
    ports::{DeadLetter, DeadLetters as _, Publish as _, Reply as _, SendCommand as _},
};
use tidings_sns::Topic;
use tidings_testkit::{Bench, time::MOMENT};

/// Code points in one text: its message stays within 256 KiB, however each is escaped, and also where it is in several attributes.
const TOGETHER: u32 = 0x1000;

/// Every character that there is, in texts; and each of those that queues refuse as a text of its own.
fn all_of_unicode() -> impl Iterator<Item = String> {
    let texts = (0..0x11_0000).step_by(TOGETHER as usize).map(|from| {
        let points = from..from + TOGETHER;
        points.filter_map(char::from_u32).collect::<String>()
    });
    let refused = ('\0'..='\u{1f}').chain(['\u{fffe}', '\u{ffff}']);
    texts
        .filter(|text| !text.is_empty())
        .chain(refused.map(String::from))
}

/// An event that says the text wherever it can, and says it unescaped where JSON lets it.
fn event(text: &str) -> Envelope {
    let event = json!({
        "specversion": "1.0", "id": "1", "source": "/hills", "type": "horn.blown", "subject": text, "correlationid": text,
        "aggregatetype": text, "actoragent": text, "note": text, "data": { text: text },
    });
    Envelope::parse(&event.to_string()).unwrap()
}

/// What SQS takes, in its own words: "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF" (AWS: SQS `SendMessage`).
fn sqs_takes(text: &str) -> bool {
    text.chars().all(|character| {
        matches!(u32::from(character), 0x9 | 0xa | 0xd | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x1_0000..=0x10_ffff)
    })
}

/// SNS and SQS at once, which note the texts of what they are sent: of each message the body, and its attributes.
#[derive(Debug, Clone, Default)]
struct Messaging {
    bodies: Arc<Mutex<Vec<String>>>,
    attributes: Arc<Mutex<Vec<String>>>,
}

impl Messaging {
    fn client(&self) -> aws_types::SdkConfig {
        let connector: SharedHttpConnector = self.clone().into_shared();
        aws_types::SdkConfig::builder()
            .behavior_version(aws_smithy_runtime_api::client::behavior_version::BehaviorVersion::latest())
            .region(aws_types::region::Region::from_static("us-east-1"))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
                aws_credential_types::Credentials::new("test", "test", None, None, "test"),
            ))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build()
    }

    fn note(&self, body: impl Into<String>, attributes: impl IntoIterator<Item = String>) {
        self.bodies.lock().unwrap().push(body.into());
        self.attributes.lock().unwrap().extend(attributes);
    }

    /// A request to SNS is a form (the AWS query protocol).
    fn sns(&self, form: &str) -> String {
        for (name, value) in form_urlencoded::parse(form.as_bytes()) {
            if name.ends_with(".Message") {
                self.note(value, []);
            } else if name.ends_with(".StringValue") {
                self.attributes.lock().unwrap().push(value.into_owned());
            }
        }
        "<PublishBatchResponse><PublishBatchResult><Successful><member><Id>0</Id><MessageId>m</MessageId></member></Successful>\
            <Failed/></PublishBatchResult></PublishBatchResponse>"
            .to_owned()
    }

    /// A request to SQS is JSON.
    fn sqs(&self, request: &Value) -> String {
        if let Some(body) = request["MessageBody"].as_str() {
            let attributes = request["MessageAttributes"].as_object().into_iter().flatten();
            let values = attributes.map(|(_, value)| value["StringValue"].as_str().unwrap().to_owned());
            self.note(body, values);
        }
        json!({ "QueueUrl": "http://localhost/1/blow-horn", "MessageId": "m" }).to_string()
    }
}

impl HttpConnector for Messaging {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = std::str::from_utf8(request.body().bytes().unwrap()).unwrap();
        let answer = match serde_json::from_str(body) {
            Ok(request) => self.sqs(&request),
            Err(_) => self.sns(body),
        };
        let status = StatusCode::try_from(200).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer))))
    }
}

#[tokio::test]
async fn every_text_passes_sns_and_sqs_as_an_event_a_command_an_answer_and_a_dead_letter() {
    let messaging = Messaging::default();
    let config = messaging.client();
    let sqs = aws_sdk_sqs::Client::new(&config);
    let topic = Topic::new(aws_sdk_sns::Client::new(&config), "arn:aws:sns:us-east-1:1:t");
    let commands = CommandQueues::new(sqs.clone(), [("horn.blown", "blow-horn".to_owned())]);
    let replies = ReplyQueues::beside(sqs.clone(), "http://localhost/1/own");
    let dead_letters = DeadLetterQueue::new(sqs, "http://localhost/1/dead");
    for text in all_of_unicode() {
        let event = event(&text);
        assert!(topic.publish(std::slice::from_ref(&event)).await[0].is_ok());
        commands.send(&event).await.unwrap();
        replies.reply("theirs", &event).await.unwrap();
        let letter = DeadLetter {
            body: event.to_json(),
            message_id: "m".to_owned(),
            group: None,
            reason: text.clone(),
            class: "Permanent".into(),
            consumer: "blow-horn",
            attempts: 1,
            first_failed: MOMENT,
            event: Some(text.clone()),
            correlation_id: Some(text.clone()),
        };
        dead_letters.set_aside(&letter).await.unwrap();

        let bodies = std::mem::take(&mut *messaging.bodies.lock().unwrap());
        let attributes = std::mem::take(&mut *messaging.attributes.lock().unwrap());
        assert_eq!((bodies.len(), attributes.len()), (4, 2 + 7));
        let first = text.chars().next().unwrap();
        for body in bodies {
            assert!(sqs_takes(&body), "a body with {first:?}");
            let read = Envelope::parse(&body).unwrap();
            let data: Value = serde_json::from_str(read.data()).unwrap();
            assert!(data == json!({ text.as_str(): text }), "data with {first:?}");
            assert!(read.subject.as_ref() == Some(&text), "a subject with {first:?}");
        }
        for attribute in attributes {
            assert!(
                sqs_takes(&attribute) && !attribute.is_empty(),
                "an attribute with {first:?}"
            );
        }
    }
}

#[tokio::test]
async fn every_text_passes_dynamodb() {
    let bench = Bench::open().await;
    for (number, text) in all_of_unicode().enumerate() {
        let key: String = text.chars().take(500).collect();
        let item = json!({ "event": format!("{number:05}#{key}"), "consumer": "blow-horn", "text": text });
        bench.put(&IDEMPOTENCY, &item).await;
    }
    let rows = bench.rows(&IDEMPOTENCY).await;
    assert_eq!(rows.len(), all_of_unicode().count());
    for (row, text) in rows.iter().zip(all_of_unicode()) {
        let key: String = text.chars().take(500).collect();
        assert!(row["text"] == text.as_str(), "{:?}", text.chars().next());
        assert!(
            row["event"].as_str().unwrap().ends_with(&format!("#{key}")),
            "{:?}",
            text.chars().next()
        );
    }
}

#[test]
fn every_text_is_one_line_of_the_log_and_is_read_back() {
    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);
    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let captured = Captured::default();
    let writer = captured.clone();
    tracing::subscriber::with_default(
        json_lines(move || writer.clone(), "info".parse().unwrap()),
        || {
            for text in all_of_unicode() {
                let _delivery = tracing::error_span!("delivery", event_id = text).entered();
                tracing::info!(reason = text, "{text}");
            }
        },
    );
    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), all_of_unicode().count());
    for (line, text) in lines.iter().zip(all_of_unicode()) {
        for said in [
            &line["event_id"],
            &line["fields"]["reason"],
            &line["fields"]["message"],
        ] {
            assert!(said == text.as_str(), "{:?}", text.chars().next());
        }
    }
}
