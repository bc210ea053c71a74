//! A search over everything that is kept, for what persons have said of themselves: each request of each publisher has a word in each of its texts
//! that is nowhere else.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tidings_bus::EmbeddedDynamoDb;

use crate::running::{Local, TIDINGS};

/// What begins every word that is personal.
const WORD: &str = "Qwyzx";
/// A telephone number has no letters; it is personal as well.
const PHONE: &str = "+44 7700 900461";
/// A word that is not: the article of each order. Where the search does not find it, it finds nothing.
const ARTICLE: &str = "mug-blue";
/// A customer.
const ADA: &str = "usr-ada";

fn word(number: u32) -> String {
    format!("{WORD}{number}")
}

fn address(number: u32) -> String {
    format!("{WORD}{number}@example.com")
}

fn order(number: u32) -> Value {
    let line = json!({ "sku": ARTICLE, "name": "Blue mug", "quantity": 1, "unitPrice": 1299 });
    json!({ "email": address(number), "currency": "EUR", "card": "tok_visa", "items": [line] })
}

fn customer(number: u32) -> Value {
    json!({
        "name": word(number),
        "email": address(number),
        "phone": PHONE,
        "address": { "lines": [word(number), word(number)], "postalCode": WORD, "city": word(number), "country": "GB" },
    })
}

/// Asks, and notes of which publishers.
struct Asker {
    local: Local,
    of: BTreeSet<&'static str>,
}

impl Asker {
    /// Asks this publisher, as Ada, and answers what it has answered with this status.
    fn ask(&mut self, of: &'static str, request: &str, body: &Value, status: u16) -> Value {
        self.ask_as(Some(ADA), of, request, body, status)
    }

    fn ask_as(
        &mut self,
        caller: Option<&str>,
        of: &'static str,
        request: &str,
        body: &Value,
        status: u16,
    ) -> Value {
        self.of.insert(of);
        let (method, path) = request.split_once(' ').unwrap();
        let key = uuid::Uuid::new_v4().to_string();
        let headers = [("content-type", "application/json"), ("idempotency-key", &key)];
        let caller = caller.map(|caller| ("x-caller", caller));
        let headers: Vec<_> = headers.into_iter().chain(caller).collect();
        let (answered, _, text) = self.local.ask(method, path, &headers, &body.to_string());
        assert_eq!(answered, status, "{of}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// What is asked of accounts: theirs, with their words in it, and what is none of theirs.
    fn ask_accounts(&mut self) {
        let names = |number| json!({ "name": word(number), "email": address(number) });
        self.ask("register-user", "POST /users", &names(1), 201);
        let wrong = json!({ "name": word(2), "email": word(2) });
        self.ask_as(Some("usr-bea"), "register-user", "POST /users", &wrong, 422);
        self.ask(
            "rename-user",
            &format!("PUT /users/{ADA}/name"),
            &json!({ "name": word(3) }),
            200,
        );
        self.ask(
            "change-email",
            &format!("PUT /users/{ADA}/email"),
            &json!({ "email": address(4) }),
            200,
        );
        self.ask(
            "update-customer",
            &format!("PUT /customers/{ADA}"),
            &customer(5),
            200,
        );
        let euro = json!({ "currency": "EUR" });
        let [one, other] =
            [0, 1].map(|_| self.ask("open-account", "POST /accounts", &euro, 201)["accountId"].clone());
        let at = |what: &str| format!("POST /accounts/{}/{what}", one.as_str().unwrap());
        let amount = |amount: u32| json!({ "amount": amount, "currency": "EUR" });
        self.ask("deposit", &at("deposits"), &amount(500), 201);
        self.ask("withdraw", &at("withdrawals"), &amount(1), 201);
        let transfer = json!({ "from": one, "to": other, "amount": 1, "currency": "EUR" });
        self.ask("transfer", "POST /transfers", &transfer, 201);
    }

    /// What is asked of orders; answers the order of a guest, who is a person of its own.
    fn ask_orders(&mut self) -> String {
        let receipt = format!("POST /stock/{ARTICLE}/receipts");
        self.ask("receive-stock", &receipt, &json!({ "quantity": 9 }), 201);
        let id = |placed: Value| placed["orderId"].as_str().unwrap().to_owned();
        let [sent, called_off] =
            [6, 7].map(|number| id(self.ask("place-order", "POST /orders", &order(number), 202)));
        let guests = id(self.ask_as(None, "place-order", "POST /orders", &order(8), 202));
        let mut declined = order(9);
        declined["card"] = "tok_chargeDeclined".into();
        self.ask("place-order", "POST /orders", &declined, 402);
        let reason = json!({ "reason": word(10) });
        let cancel = format!("POST /orders/{called_off}/cancellation");
        self.ask("cancel-order", &cancel, &reason, 200);
        self.local.in_time(&format!("/orders/{sent}/shipment"));
        self.local.in_time(&format!("/accounts/loyalty-{ADA}-EUR"));
        let shipped = json!({ "status": "shipped" });
        self.ask(
            "change-order-status",
            &format!("PUT /orders/{sent}/status"),
            &shipped,
            200,
        );
        guests
    }
}

impl Local {
    /// Waits until this is there.
    fn in_time(&self, path: &str) -> Value {
        let begun = Instant::now();
        loop {
            match self.ask("GET", path, &[("x-caller", ADA)], "") {
                (200, _, shown) => return serde_json::from_str(&shown).unwrap(),
                (404, ..) if begun.elapsed() < Duration::from_secs(60) => {}
                other => panic!("{path}: {other:?}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Everything that is in any table of the file, in the bucket for large data, or was told.
async fn everything(file: &Path, told: &[String]) -> String {
    let database = EmbeddedDynamoDb::in_file(file).unwrap();
    let client = database.client();
    let mut found = told.join("\n");
    for table in client.list_tables().send().await.unwrap().table_names() {
        let mut items = client.scan().table_name(table).into_paginator().items().send();
        while let Some(item) = items.next().await {
            found += &format!("{table}: {:?}\n", item.unwrap());
        }
    }
    let claims = file.with_added_extension("claims");
    for kept in fs::read_dir(claims).into_iter().flatten() {
        found += &fs::read_to_string(kept.unwrap().path()).unwrap();
    }
    found
}

fn assert_nothing_personal(found: &str) {
    assert!(found.contains(ARTICLE), "the search finds nothing");
    let lines = found
        .lines()
        .filter(|line| line.contains(WORD) || line.contains(PHONE));
    assert_eq!(lines.collect::<Vec<_>>(), [""; 0]);
}

/// Every publisher with a body that the description knows.
fn publishers() -> BTreeSet<String> {
    let printed = Command::new(TIDINGS).arg("openapi").output().unwrap();
    let document: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|methods| methods.as_object().unwrap().values());
    let with_a_body = operations.filter(|operation| operation.get("requestBody").is_some());
    with_a_body
        .map(|operation| operation["operationId"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn what_persons_say_is_nowhere_in_the_clear_and_nowhere_at_all_once_they_are_erased() {
    let folder = tempfile::tempdir().unwrap();
    let (file, log) = (folder.path().join("shop.db"), folder.path().join("log"));
    let data = ["--data", file.to_str().unwrap()];
    // Packed late, an order can still be called off.
    let slowly = [&data[..], &["--slow", "warehouse=2s"]].concat();
    let start = || Local::start_telling(File::create(&log).unwrap().into(), &slowly);
    let mut asker = Asker {
        local: start(),
        of: BTreeSet::new(),
    };
    asker.ask_accounts();
    let guests = asker.ask_orders();
    let Asker { local, of } = asker;
    let of: BTreeSet<_> = of.into_iter().map(ToOwned::to_owned).collect();
    assert_eq!(of, publishers(), "every publisher is asked");
    let begun = Instant::now();
    // A welcome, and a confirmation of each order that was placed.
    while fs::read_dir(local.mail()).unwrap().count() < 4 {
        assert!(begun.elapsed() < Duration::from_secs(60), "mails are missing");
        std::thread::sleep(Duration::from_millis(100));
    }
    let user = local.in_time(&format!("/users/{ADA}"));
    assert_eq!(user["name"], word(3), "whom it may concern reads it");
    let said = [local.ended(), fs::read_to_string(&log).unwrap()];
    assert_nothing_personal(&everything(&file, &said).await);

    for person in [ADA, &guests] {
        let erase = Command::new(TIDINGS).args(["erase", person]).args(data).output();
        let erased = erase.unwrap();
        assert!(
            erased.status.success(),
            "{}",
            String::from_utf8_lossy(&erased.stderr)
        );
    }
    let local = start();
    for path in [format!("/users/{ADA}"), format!("/customers/{ADA}")] {
        let shown = local.in_time(&path);
        assert!(
            shown["name"].is_null() && shown["phone"].is_null() && !shown.to_string().contains(WORD),
            "{shown}"
        );
    }
    let said = [local.ended(), fs::read_to_string(&log).unwrap()];
    assert_nothing_personal(&everything(&file, &said).await);
}
