//! Who watches is sent what differs, at their own pace, and their connection ends with the run.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode},
};
use futures::StreamExt as _;
use serde_json::Value;
use tidings_console::Asked;
use tower::ServiceExt as _;

use crate::zoo::{Pages, Zoo};

async fn watch(zoo: &Zoo) -> (StatusCode, BodyDataStream) {
    let request = Request::get("/console/feed/live").header("host", "localhost:8080");
    let request = request.body(Body::empty()).unwrap();
    let response = zoo.app.clone().oneshot(request).await.unwrap();
    (response.status(), response.into_body().into_data_stream())
}

/// The next difference; keep-alives are passed over.
async fn next(stream: &mut BodyDataStream) -> Option<Value> {
    loop {
        let bytes = stream.next().await?.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        if let Some(data) = text.strip_prefix("data: ") {
            return Some(serde_json::from_str(data.trim_end()).unwrap());
        }
    }
}

fn ask(zoo: &Zoo, path: &str) {
    zoo.feed.asked(Asked {
        method: "POST".into(),
        path: path.into(),
        function: "wake-bear".into(),
        status: 202,
        took: Duration::from_millis(1),
        trace: None,
        refused: None,
    });
}

#[tokio::test(start_paused = true)]
async fn who_is_slow_passes_over_what_came_in_between() {
    let zoo = Zoo::open(Pages::Here).await;
    ask(&zoo, "/first");
    let (_, mut stream) = watch(&zoo).await;
    let first = next(&mut stream).await.unwrap();
    assert_eq!(first["items"].as_object().unwrap().len(), 1, "{first}");
    // Nobody reads meanwhile.
    for number in 0..10_000 {
        ask(&zoo, &format!("/bears/{number}"));
    }
    let second = next(&mut stream).await.unwrap();
    let shown = second["items"].as_object().unwrap();
    assert!(shown.len() <= 12, "{} flows are sent at once", shown.len());
    assert!(
        shown
            .values()
            .any(|item| item.as_str().unwrap().contains("/bears/9999")),
        "{second}"
    );
    let third = tokio::time::timeout(Duration::from_secs(60), next(&mut stream)).await;
    assert!(third.is_err(), "nothing waits for them: {third:?}");
}

#[tokio::test]
async fn so_many_may_watch_and_whoever_leaves_makes_room() {
    let zoo = Zoo::open(Pages::Here).await;
    let mut watching = Vec::new();
    loop {
        let (status, stream) = watch(&zoo).await;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            break;
        }
        watching.push(stream);
        assert!(watching.len() <= 64, "there is no end");
    }
    assert_eq!(watching.len(), 64);
    watching.pop();
    assert_eq!(watch(&zoo).await.0, StatusCode::OK);
}

#[tokio::test]
async fn when_the_run_ends_nobody_is_held() {
    let zoo = Zoo::open(Pages::Here).await;
    let (_, mut stream) = watch(&zoo).await;
    assert!(next(&mut stream).await.is_some());
    zoo.feed.close();
    assert!(next(&mut stream).await.is_none());
}
