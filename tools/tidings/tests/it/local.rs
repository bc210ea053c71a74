//! The local run and the demo, as a newcomer meets them.

use std::process::Command;

use serde_json::Value;

use crate::running::{Local, TIDINGS};

#[test]
fn the_printed_order_is_taken_and_every_consumer_is_seen_doing_its_work() {
    let mut local = Local::start(&[]);
    let order = local.printed_order();
    let (status, answer) = local.request("POST", "/orders", &order);
    assert_eq!(status, 202);
    assert!(
        answer["orderId"].is_string() && answer["correlationId"].is_string(),
        "{answer}"
    );
    local.says(&["+ invoice.created"]);
}

#[test]
fn who_calls_is_who_the_header_says() {
    let local = Local::start(&[]);
    let body = r#"{"name":"Ada","email":"ada@example.com"}"#;
    let headers = [("content-type", "application/json"), ("x-caller", "usr-ada")];
    let (status, _, answer) = local.ask("POST", "/users", &headers, body);
    assert_eq!(status, 201, "{answer}");
    let (status, _, user) = local.ask("GET", "/users/usr-ada", &headers, "");
    let user: Value = serde_json::from_str(&user).unwrap();
    assert_eq!((status, &user["name"]), (200, &Value::from("Ada")), "{user}");
    let (status, refused) = local.request("GET", "/users/usr-ada", "");
    assert_eq!(status, 403, "{refused}");
}

#[test]
fn a_guest_finds_their_order_by_its_secret_and_nobody_else_does() {
    let mut local = Local::start(&[]);
    let order = local.printed_order();
    let (status, placed) = local.request("POST", "/orders", &order);
    assert_eq!(status, 202, "{placed}");
    let text = |field: &str| placed[field].as_str().unwrap().to_owned();
    let path = format!("/orders/{}?after={}", text("orderId"), text("token"));
    let secret = text("secret");
    for (header, status) in [
        (("order-secret", secret.as_str()), 200),
        (("order-secret", "another"), 403),
        (("x-caller", "usr-eve"), 403),
        (("x-caller", "guest"), 403),
    ] {
        let (answered, _, answer) = local.ask("GET", &path, &[header], "");
        assert_eq!(answered, status, "{header:?}: {answer}");
    }
}

#[test]
fn a_card_that_is_refused_is_told_and_leaves_the_stock_as_it_was() {
    let mut local = Local::start(&[]);
    let order = local.printed_order();
    let stock = |local: &Local| local.request("GET", "/stock/mug-blue", "").1["available"].clone();
    let before = stock(&local);
    let declined = order.replace("tok_visa", "tok_chargeDeclinedInsufficientFunds");
    let (status, problem) = local.request("POST", "/orders", &declined);
    assert_eq!(
        (status, &problem["code"]),
        (402, &Value::from("insufficient_funds")),
        "{problem}"
    );
    assert_eq!(stock(&local), before);
    local.says(&["+ order.refused"]);
}

#[test]
fn a_customers_order_is_shipped_to_their_address_and_earns_points() {
    let mut local = Local::start(&[]);
    let order = local.printed_order();
    let ada = [
        ("content-type", "application/json"),
        ("x-caller", "usr-ada"),
        ("idempotency-key", "ada-1"),
    ];
    let customer = r#"{"name":"Ada","email":"ada@example.com","address":{"lines":["1 Road"],"city":"London","country":"GB"}}"#;
    // The order first: its parcel waits for the address.
    let (_, _, placed) = local.ask("POST", "/orders", &ada, &order);
    let (status, _, answer) = local.ask("PUT", "/customers/usr-ada", &ada, customer);
    assert_eq!(status, 200, "{answer}");
    let placed: Value = serde_json::from_str(&placed).unwrap();
    let in_time = |path: &str| {
        let begun = std::time::Instant::now();
        loop {
            match local.ask("GET", path, &ada, "") {
                (200, _, shown) => return serde_json::from_str::<Value>(&shown).unwrap(),
                (404, ..) if begun.elapsed().as_secs() < 60 => {}
                other => panic!("{path}: {other:?}"),
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    };
    let shipment = in_time(&format!(
        "/orders/{}/shipment",
        placed["orderId"].as_str().unwrap()
    ));
    assert!(shipment["tracking"].is_string(), "{shipment}");
    let account = in_time("/accounts/loyalty-usr-ada-EUR");
    assert!(account["balance"]["amount"].as_i64().unwrap() > 0, "{account}");
}

#[test]
fn a_shipping_quote_is_asked_of_its_handler_and_answered() {
    let local = Local::start(&[]);
    let (status, quote) = local.request("GET", "/shipping-quotes?country=FR&weight=1200", "");
    assert_eq!(
        (status, &quote["price"]["amount"]),
        (200, &Value::from(1449)),
        "{quote}"
    );
    let (status, problem) = local.request("GET", "/shipping-quotes?country=FR&weight=99000", "");
    assert_eq!(
        (status, &problem["errors"][0]["parameter"]),
        (400, &Value::from("weight")),
        "{problem}"
    );
}

#[test]
fn what_is_not_served_is_a_problem_that_says_why() {
    let local = Local::start(&[]);
    let large = "x".repeat(200_000);
    let requests = [
        ("POST", "/orders", "{}", 422),
        ("PUT", "/orders", "{}", 405),
        ("POST", "/nowhere", "{}", 404),
        ("POST", "/orders", &large, 413),
    ];
    for (method, path, body, expected) in requests {
        let (status, problem) = local.request(method, path, body);
        assert_eq!(
            (status, &problem["status"]),
            (expected, &Value::from(expected)),
            "{method} {path}"
        );
        assert!(
            problem["title"].is_string() && problem["detail"].is_string(),
            "{problem}"
        );
    }
}

#[test]
fn with_a_data_file_what_was_in_flight_when_a_run_ended_is_done_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let data = ["--data", file.to_str().unwrap()];
    {
        let mut local = Local::start(&data);
        let order = local.printed_order();
        std::fs::remove_dir_all(local.mail()).unwrap();
        assert_eq!(local.request("POST", "/orders", &order).0, 202);
        local.says(&["✓ create-invoice"]);
        std::fs::create_dir(local.mail()).unwrap();
    }
    let mut local = Local::start(&data);
    local.says(&["+ order.placed"]);
    local.says(&["✓ send-order-confirmation"]);
    assert_eq!(local.mail().read_dir().unwrap().count(), 1);
}

#[test]
fn a_data_file_has_one_run_at_a_time_and_the_second_is_told_which_process_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let data = ["--data", file.to_str().unwrap()];
    let first = Local::start(&data);
    for command in [
        &["local", "--port", "0"][..],
        &["replay", "orders"],
        &["dynamodb", "--port", "0"],
    ] {
        let second = Command::new(TIDINGS).args(command).args(data).output().unwrap();
        let told = String::from_utf8(second.stderr).unwrap();
        assert!(!second.status.success(), "{command:?}");
        let by = format!("in use by process {}:", first.id());
        assert!(told.contains(&by), "{command:?}: {told}");
    }
    let (status, letters) = first.request("GET", "/dead-letters", "");
    assert_eq!((status, letters), (200, Value::Array(Vec::new())));
    // It is killed, and the file is free.
    drop(first);
    Local::start(&data);
}

#[test]
fn a_provider_that_is_made_to_fail_is_seen_failing_and_the_others_are_told() {
    let mut local = Local::start(&["--fail", "mail=1", "--slow", "track-analytics=10ms"]);
    let order = local.printed_order();
    assert_eq!(local.request("POST", "/orders", &order).0, 202);
    local.says(&["> mail", "FAILED: mail does not answer"]);
    local.says(&["↻ send-order-confirmation", "failed"]);
    let (status, calls) = local.request("GET", "/outside", "");
    let mail = calls
        .as_array()
        .unwrap()
        .iter()
        .find(|call| call["provider"] == "mail");
    assert_eq!(
        (status, &mail.unwrap()["error"]),
        (200, &Value::from("mail does not answer (made to fail)"))
    );
}

#[test]
fn who_is_made_slow_or_failing_must_be_there() {
    for arguments in [["--slow", "strip=2s"], ["--fail", "track-analytics=1"]] {
        let told = Command::new(TIDINGS)
            .args(["local", "--port", "0"])
            .args(arguments)
            .output()
            .unwrap();
        let error = String::from_utf8(told.stderr).unwrap();
        assert!(!told.status.success() && error.contains("stripe"), "{error}");
    }
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let local = Local::start(&[]);
    let port = local.address.rsplit(':').next().unwrap().to_owned();
    let second = Command::new(TIDINGS)
        .args(["local", "--port", &port])
        .output()
        .unwrap();
    assert!(!second.status.success());
    let told = String::from_utf8(second.stderr).unwrap();
    assert!(told.contains(&port) && told.contains("choose another"), "{told}");
}

#[test]
fn the_demo_shows_that_every_consumer_did_its_work_exactly_once() {
    let demo = Command::new(TIDINGS).args(["demo", "--json"]).output().unwrap();
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
    let tree: Value = serde_json::from_slice(&demo.stdout).unwrap();
    let trees = tree.as_array().unwrap();
    let placed = trees.iter().find(|tree| tree["type"] == "order.placed");
    let consumers = placed.unwrap()["consumers"].as_array().unwrap();
    let reacts = |name: &str| consumers.iter().any(|consumer| consumer["consumer"] == name);
    for name in [
        "create-invoice",
        "send-order-confirmation",
        "notify-sales",
        "notify-affiliates",
        "start-post-purchase-flow",
        "track-analytics",
        "update-recommendations",
        "refresh-dashboard",
        "sync-crm",
        "record-audit-log",
        "project-orders",
    ] {
        assert!(reacts(name), "{name} is not among {consumers:#?}");
    }
    // What is natural keeps no record: it takes the duplicate too, and what it keeps says that it is there already.
    let natural = ["project-orders", "record-audit-log"].map(Value::from);
    for consumer in consumers {
        let done = if natural.contains(&consumer["consumer"]) {
            2
        } else {
            1
        };
        assert_eq!(
            (&consumer["done"], &consumer["status"]),
            (&Value::from(done), &Value::from("done")),
            "{consumer}"
        );
    }
    let invoiced = consumers
        .iter()
        .find(|consumer| consumer["consumer"] == "create-invoice")
        .unwrap();
    assert_eq!(invoiced["caused"][0]["type"], "invoice.created");
}
