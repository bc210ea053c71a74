//! Nobody but a browser of this machine, on these pages, is answered or changes something.

use axum::http::StatusCode;

use crate::zoo::{Pages, Zoo};

const PATHS: [&str; 6] = [
    "/",
    "/console/consumers",
    "/console/letters",
    "/console/traces",
    "/console/style.css",
    "/console/feed/live",
];

#[tokio::test]
async fn who_asks_by_another_name_is_told_nothing() {
    let zoo = Zoo::open(Pages::Here).await;
    for path in PATHS {
        let (status, _, text) = zoo.ask("GET", path, &[("host", "evil.example:8080")], "").await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        assert!(!text.contains("zoo"), "{path}: {text}");
    }
}

#[tokio::test]
async fn every_answer_has_the_policy_and_is_kept_by_nobody() {
    let zoo = Zoo::open(Pages::Here).await;
    for path in PATHS.iter().filter(|path| !path.contains("feed")) {
        let (status, headers, text) = zoo.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(
            headers["cache-control"].to_str().unwrap().starts_with("no-"),
            "{path}"
        );
        assert!(!text.contains("style=\"") && !text.contains("onclick"), "{path}");
    }
}

#[tokio::test]
async fn a_form_of_another_origin_redrives_and_drops_nothing() {
    let zoo = Zoo::open(Pages::Here).await;
    zoo.dead("{}", "hungry");
    let group = zoo.link("/console/letters", "/console/letters/group/").await;
    let form = format!("group={}&reason=because", group.rsplit_once('/').unwrap().1);
    let own = "http://127.0.0.1:8080";
    for path in ["/console/letters/redrive", "/console/letters/drop"] {
        for headers in [
            &[][..],
            &[("origin", "http://evil.example")],
            &[("origin", "null")],
            &[("sec-fetch-site", "cross-site"), ("origin", own)],
            &[("sec-fetch-site", "none")],
        ] {
            let (status, ..) = zoo.ask("POST", path, headers, &form).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
    }
    assert!(zoo.get("/console/letters").await.2.contains("hungry"));
    let (status, ..) = zoo
        .ask("POST", "/console/letters/drop", &[("origin", own)], &form)
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(zoo.get("/console/letters").await.2.contains("There is none"));
}

#[tokio::test]
async fn pages_that_are_read_only_change_nothing_and_show_no_form_that_would() {
    let zoo = Zoo::open(Pages::Elsewhere).await;
    zoo.dead("{}", "hungry");
    let group = zoo.link("/console/letters", "/console/letters/group/").await;
    let (_, _, page) = zoo.get(&group).await;
    assert!(
        page.contains("read-only") && !page.contains("method=\"post\""),
        "{page}"
    );
    let form = format!("group={}&reason=because", group.rsplit_once('/').unwrap().1);
    for path in ["/console/letters/redrive", "/console/letters/drop"] {
        let (status, _, text) = zoo.post(path, &form).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        assert!(text.contains("--allow-changes"), "{text}");
    }
    assert!(zoo.get("/console/letters").await.2.contains("hungry"));
}

#[tokio::test]
async fn nobody_redrives_everything_by_saying_nothing() {
    let zoo = Zoo::open(Pages::Here).await;
    zoo.dead("{}", "hungry");
    for form in ["", "reason=because", "group=&letter=", "group=&reason=x"] {
        for path in ["/console/letters/redrive", "/console/letters/drop"] {
            let (status, ..) = zoo.post(path, form).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {form}");
        }
    }
    assert!(zoo.get("/console/letters").await.2.contains("hungry"));
}
