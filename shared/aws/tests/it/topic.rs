//! The topic, before an SNS that does what it is told.

use std::sync::{Arc, Mutex};

use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
    shared::IntoShared as _,
};
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tidings_core::{
    Actor, Envelope, Event, Outgoing,
    causation::{Origin, originate},
    ports::Publish as _,
};
use tidings_sns::Topic;
use uuid::Uuid;

#[derive(Debug, Serialize, Deserialize)]
struct HornBlown {
    horn: String,
}

impl Event for HornBlown {
    const TYPE: &'static str = "horn.blown";
    const AGGREGATE: &'static str = "horn";

    fn aggregate_id(&self) -> &str {
        &self.horn
    }
}

/// What SNS does with a request.
type Answer = fn(&[String]) -> Result<(u16, String), ConnectorError>;

/// An SNS that notes the messages of each request.
#[derive(Debug, Clone)]
struct Sns {
    answer: Answer,
    requests: Arc<Mutex<Vec<Vec<String>>>>,
}

impl HttpConnector for Sns {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let form = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
        let pairs = form_urlencoded::parse(form.as_bytes());
        let horns: Vec<String> = pairs
            .filter(|(name, _)| name.ends_with(".Message"))
            .map(|(_, body)| Envelope::parse(&body).unwrap().subject.clone().unwrap())
            .collect();
        let answer = (self.answer)(&horns);
        self.requests.lock().unwrap().push(horns);
        HttpConnectorFuture::ready(answer.map(|(status, body)| {
            HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body))
        }))
    }
}

/// Publishes so many events; what is said of each, and the messages of each request.
async fn publish(events: usize, answer: Answer) -> (Vec<bool>, Vec<Vec<String>>) {
    let sns = Sns {
        answer,
        requests: Arc::default(),
    };
    let connector: SharedHttpConnector = sns.clone().into_shared();
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build();
    let topic = Topic::new(
        aws_sdk_sns::Client::from_conf(config),
        "arn:aws:sns:us-east-1:1:t",
    );
    let events: Vec<Envelope> = (0..events).map(event).collect();
    let results = topic.publish(&events).await;
    let requests = sns.requests.lock().unwrap().clone();
    (results.iter().map(Result::is_ok).collect(), requests)
}

fn event(number: usize) -> Envelope {
    let horn = format!("horn-{number}");
    let origin = Origin {
        source: "/hills".to_owned(),
        id: Uuid::from_u128(number as u128),
        time: Timestamp::UNIX_EPOCH,
        correlation_id: None,
        trace: None,
        actor: Actor::default(),
    };
    originate(Outgoing::new(&HornBlown { horn }, 1).unwrap(), origin)
}

/// Everything is taken, but `horn-3`.
fn but_the_third(horns: &[String]) -> String {
    let (mut taken, mut failed) = (String::new(), String::new());
    for (index, horn) in horns.iter().enumerate() {
        if horn == "horn-3" {
            failed += &format!(
                "<member><Id>{index}</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>"
            );
        } else {
            taken += &format!("<member><Id>{index}</Id><MessageId>m</MessageId></member>");
        }
    }
    format!(
        r#"<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful>{taken}</Successful><Failed>{failed}</Failed></PublishBatchResult></PublishBatchResponse>"#
    )
}

fn refusal(code: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    )
}

#[tokio::test]
async fn an_entry_that_fails_is_tried_again_alone_and_its_neighbours_are_not() {
    let (said, requests) = publish(12, |horns| Ok((200, but_the_third(horns)))).await;
    assert_eq!(
        said,
        [
            true, true, true, false, true, true, true, true, true, true, true, true
        ]
    );
    let sizes: Vec<usize> = requests.iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 1, 1, 2]);
    assert!(requests[1..3].iter().all(|request| *request == ["horn-3"]));
}

#[tokio::test]
async fn a_batch_that_is_refused_as_a_whole_is_tried_message_by_message() {
    let (said, requests) = publish(5, |horns| {
        Ok(match horns.iter().any(|horn| horn == "horn-3") {
            true => (400, refusal("InvalidParameter")),
            false => (200, but_the_third(horns)),
        })
    })
    .await;
    assert_eq!(said, [true, true, true, false, true]);
    assert_eq!(requests.len(), 1 + 4 + 2);
}

#[tokio::test]
async fn what_was_taken_before_sns_fell_silent_is_known_to_be() {
    let (said, requests) = publish(20, |horns| match horns.len() {
        1 => Err(ConnectorError::timeout("no answer".into())),
        _ => Ok((200, but_the_third(horns))),
    })
    .await;
    let taken = (0..20).map(|number| number < 10 && number != 3);
    assert_eq!(said, taken.collect::<Vec<_>>());
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn where_sns_is_silent_nothing_behind_the_first_request_is_begun() {
    let silent: [Answer; 4] = [
        |_| Err(ConnectorError::timeout("no answer".into())),
        |_| Ok((503, refusal("InternalFailure"))),
        |_| Ok((400, refusal("Throttled"))),
        |_| Ok((400, refusal("KMSThrottling"))),
    ];
    for answer in silent {
        let (said, requests) = publish(100, answer).await;
        assert!(said.len() == 100 && !said.contains(&true));
        assert_eq!(requests.len(), 1);
    }
}
