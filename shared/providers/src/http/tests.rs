//! Calls to a server on loopback that answers what it is told.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Response},
};
use pretty_assertions::assert_eq;
use secrecy::SecretString;
use tokio::net::TcpListener;

use super::*;

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name}"));
        value.to_str().unwrap()
    }
}

/// A provider that gives one answer after the other, and the last for ever. It ends with the test's runtime.
pub(crate) struct Provider {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A status, headers and a body.
pub(crate) type Says = (u16, &'static [(&'static str, &'static str)], &'static str);

type Shared = (Arc<Mutex<Vec<Asked>>>, &'static [Says]);

impl Provider {
    pub(crate) async fn that_says(says: &'static [Says]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let router = Router::new().fallback(answer).with_state((asked.clone(), says));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn address(&self) -> Address {
        Address::parse(&SecretString::from(self.url.as_str())).unwrap()
    }
}

async fn answer(State((asked, says)): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mut asked = asked.lock().unwrap();
    asked.push(Asked {
        path: uri.to_string(),
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let (status, headers, body) = says[(asked.len() - 1).min(says.len() - 1)];
    let mut response = body.into_response();
    *response.status_mut() = status.try_into().unwrap();
    for (name, value) in headers {
        let name = axum::http::HeaderName::from_static(name);
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

async fn failure(says: &'static [Says]) -> Failure {
    let provider = Provider::that_says(says).await;
    let http = Http::of_this_process().unwrap();
    let request = http.post(&provider.address(), "/x");
    let answer = http.call("Ada's", request).await.unwrap();
    refused("Ada's", &answer, Some("no_such_bear"))
}

#[tokio::test]
async fn the_status_says_whether_another_try_can_help() {
    for (status, class) in [
        (429, "Throttled"),
        (408, "TimedOut"),
        (401, "Unauthorised"),
        (403, "Unauthorised"),
        (500, "Unavailable"),
        (502, "Unavailable"),
        (503, "Unavailable"),
        (599, "Unavailable"),
    ] {
        let failure = failure(Box::leak(Box::new([(status, &[] as &[_], "")]))).await;
        assert!(
            matches!(failure, Failure::Transient { after: None, .. }),
            "{status}: {failure:?}"
        );
        assert_eq!(failure.class(), class);
        assert!(
            failure
                .reason()
                .starts_with(&format!("Ada's answers {status}: no_such_bear"))
        );
    }
    for (status, class) in [
        (400, "Refused"),
        (402, "Refused"),
        (404, "Refused"),
        (409, "Refused"),
        (410, "Refused"),
        (422, "Refused"),
    ] {
        let failure = failure(Box::leak(Box::new([(status, &[] as &[_], "")]))).await;
        assert!(
            matches!(failure, Failure::Permanent { .. }),
            "{status}: {failure:?}"
        );
        assert_eq!(failure.class(), class);
    }
}

#[tokio::test]
async fn a_provider_that_says_when_to_come_back_is_asked_then() {
    for status in [429, 503] {
        let says: Says = (status, &[("retry-after", "17")], "");
        let failed = failure(Box::leak(Box::new([says]))).await;
        let after = Some(Duration::from_secs(17));
        assert!(matches!(failed, Failure::Transient { after: when, .. } if when == after));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let provider = Provider::that_says(&[(307, &[("location", "/elsewhere")], ""), (200, &[], "")]).await;
    let http = Http::of_this_process().unwrap();
    let answer = http
        .call("Ada's", http.post(&provider.address(), ""))
        .await
        .unwrap();
    let failure = refused("Ada's", &answer, None);
    assert!(
        matches!(
            failure,
            Failure::Permanent {
                class: "Redirected",
                ..
            }
        ),
        "{failure:?}"
    );
    assert_eq!(provider.asked().len(), 1);
}

#[tokio::test]
async fn only_a_word_of_an_answer_is_repeated() {
    let provider = Provider::that_says(&[(400, &[], "")]).await;
    let http = Http::of_this_process().unwrap();
    let answer = http
        .call("Ada's", http.post(&provider.address(), ""))
        .await
        .unwrap();
    for no_code in [
        "",
        "Ada Lovelace",
        "sk_live_51H8\n",
        "ada@example.com",
        &"x".repeat(65),
    ] {
        assert_eq!(
            refused("Ada's", &answer, Some(no_code)).reason(),
            "Ada's answers 400"
        );
    }
}

#[tokio::test]
async fn who_does_not_answer_may_answer_next_time_and_the_address_stays_unsaid() {
    // Nobody listens there any more; and somebody listens, and says nothing.
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let http = Http::with_time_limit(Duration::from_millis(200)).unwrap();
    for (at, class) in [(gone, "Unreachable"), (silent.local_addr().unwrap(), "TimedOut")] {
        let address = Address::parse(&SecretString::from(format!("http://{at}/T0/secret"))).unwrap();
        let Err(failure) = http.call("Ada's", http.post(&address, "")).await else {
            panic!("an answer")
        };
        assert!(matches!(failure, Failure::Transient { .. }), "{failure:?}");
        assert_eq!(failure.class(), class, "{failure:?}");
        assert!(!failure.reason().contains("secret"), "{failure:?}");
    }
}

#[tokio::test]
async fn a_body_is_read_up_to_a_limit() {
    let large: &'static str = Box::leak(format!("\"{}\"", "x".repeat(400_000)).into_boxed_str());
    let says: Says = (200, &[], large);
    let provider = Provider::that_says(Box::leak(Box::new([says]))).await;
    let http = Http::of_this_process().unwrap();
    let answer = http
        .call("Ada's", http.post(&provider.address(), ""))
        .await
        .unwrap();
    assert_eq!(answer.word().map(str::len), Some(256 * 1024));
    assert_eq!(answer.json::<String>(), None, "half of a JSON text");
}

#[tokio::test]
async fn what_cannot_be_a_request_is_never_one() {
    let provider = Provider::that_says(&[(200, &[], "")]).await;
    let http = Http::of_this_process().unwrap();
    let request = http
        .post(&provider.address(), "")
        .header("idempotency-key", "a\nb");
    let Err(failure) = http.call("Ada's", request).await else {
        panic!("an answer")
    };
    assert!(
        matches!(
            failure,
            Failure::Permanent {
                class: "NoRequest",
                ..
            }
        ),
        "{failure:?}"
    );
    assert!(provider.asked().is_empty());
}
