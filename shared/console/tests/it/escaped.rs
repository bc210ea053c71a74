//! Whatever a letter, an event or an address holds, it is text on the page.

use axum::http::StatusCode;
use serde_json::json;

use crate::zoo::{Pages, Zoo};

const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;";

fn is_text(page: &str, path: &str) {
    assert!(
        !page.contains("<script>") && !page.contains("<img"),
        "{path}: {page}"
    );
    assert!(page.contains("&lt;script&gt;"), "{path} does not show it: {page}");
}

#[tokio::test]
async fn what_a_letter_holds_is_text() {
    let zoo = Zoo::open(Pages::Here).await;
    let event = json!({
        "specversion": "1.0", "id": EVIL, "source": EVIL, "type": "bear.woke", "subject": EVIL, "correlationid": EVIL,
        "data": { "name": EVIL },
    });
    zoo.dead(&event.to_string(), EVIL);
    zoo.dead(EVIL, EVIL);
    is_text(&zoo.get("/console/letters").await.2, "letters");
    let group = zoo.link("/console/letters", "/console/letters/group/").await;
    is_text(&zoo.get(&group).await.2, "group");
    let letter = zoo.link(&group, "/console/letters/letter/").await;
    is_text(&zoo.get(&letter).await.2, "letter");
}

#[tokio::test]
async fn what_is_asked_for_is_text() {
    let zoo = Zoo::open(Pages::Here).await;
    let asked = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    let (status, _, page) = zoo.get(&format!("/console/traces?of={asked}")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    is_text(&page, "traces");
    for path in [
        format!("/console/acts/{asked}"),
        format!("/console/letters/letter/{asked}"),
    ] {
        let (status, _, page) = zoo.get(&path).await;
        assert!(status.is_client_error(), "{path}");
        assert!(!page.contains("<script>"), "{page}");
    }
}
