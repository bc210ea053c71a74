//! What the pages show of a system here, and of one elsewhere.

use axum::http::StatusCode;

use crate::zoo::{Pages, Zoo};

#[tokio::test]
async fn what_takes_a_run_in_this_process_is_not_shown_of_one_elsewhere_and_the_page_says_so() {
    let (here, elsewhere) = (Zoo::open(Pages::Here).await, Zoo::open(Pages::Elsewhere).await);
    let (_, _, page) = here.get("/console/consumers").await;
    assert!(
        page.contains("Done a minute") && page.contains("data-feed"),
        "{page}"
    );
    assert!(page.contains("closed"), "{page}");
    let (_, _, page) = elsewhere.get("/console/consumers").await;
    assert!(
        page.contains("feed-bear") && !page.contains("Done a minute") && !page.contains("data-feed"),
        "{page}"
    );
    assert!(page.contains("dashboard") && page.contains("read-only"), "{page}");
    assert!(
        page.contains("not told") && !page.contains("closed"),
        "nobody knows its breakers: {page}"
    );
    assert_eq!(elsewhere.get("/console/feed/live").await.0, StatusCode::NOT_FOUND);
    let (status, headers, _) = elsewhere.get("/").await;
    assert!(status.is_redirection());
    assert_eq!(headers["location"], "/console/consumers");
}

#[tokio::test]
async fn a_letter_is_explained_dropped_with_a_reason_and_its_act_is_shown() {
    let zoo = Zoo::open(Pages::Here).await;
    zoo.dead("no JSON", "no event");
    let (_, _, consumers) = zoo.get("/console/consumers").await;
    assert!(consumers.contains("href=\"/console/letters\">1<"), "{consumers}");
    let group = zoo.link("/console/letters", "/console/letters/group/").await;
    let letter = zoo.link(&group, "/console/letters/letter/").await;
    let (_, _, page) = zoo.get(&letter).await;
    assert!(page.contains("comes back as a letter: it is no event"), "{page}");
    let form = format!("letter={}", letter.rsplit_once('/').unwrap().1);
    let (status, _, refused) = zoo.post("/console/letters/drop", &form).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(refused.contains("say why"), "{refused}");
    let (status, headers, _) = zoo
        .post("/console/letters/drop", &format!("{form}&reason=it+is+nothing"))
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, _, act) = zoo.get(headers["location"].to_str().unwrap()).await;
    assert!(
        act.contains("drop by ada") && act.contains("it is nothing"),
        "{act}"
    );
    let (status, _, gone) = zoo.get(&letter).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(gone.contains("ada was faster"), "{gone}");
}
