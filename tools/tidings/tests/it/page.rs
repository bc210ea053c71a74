//! The page of a local run, and of its data file when it has ended, as a browser asks for them.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use crate::running::{Local, TIDINGS};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

fn get(local: &Local, path: &str) -> (u16, String) {
    let (status, _, text) = local.ask("GET", path, &[], "");
    (status, text)
}

#[test]
fn an_order_of_the_form_goes_through_the_checkout_and_is_on_the_live_page() {
    let mut local = Local::start(&[]);
    let (status, page) = get(&local, "/");
    assert!(
        status == 200 && page.contains("Nothing has happened yet"),
        "{page}"
    );
    let order = "key=k-1&email=ada%40example.com&card=tok_visa&mug-blue=1&tea-green=0";
    let (status, headers, text) = local.ask("POST", "/console/shop/orders", &[FORM, OURS], order);
    // The redirection is followed by who asks here.
    assert!(status == 200 && !headers.contains_key("location"), "{text}");
    assert!(
        text.contains("POST /orders") && text.contains("place-order") && text.contains(">202<"),
        "{text}"
    );
    local.says(&["send-order-confirmation", "done"]);
    let (_, shop) = get(&local, "/console/shop");
    assert!(shop.contains("9999") && shop.contains("Your order"), "{shop}");
    let refused = order
        .replace("k-1", "k-2")
        .replace("tok_visa", "tok_chargeDeclined");
    let (_, _, text) = local.ask("POST", "/console/shop/orders", &[FORM, OURS], &refused);
    assert!(text.contains(">402<"), "{text}");
}

#[test]
fn providers_are_switched_by_the_page_and_by_no_other() {
    let local = Local::start(&["--slow", "crm=7s"]);
    let path = "/console/shop/providers";
    let (status, page) = get(&local, "/");
    assert!(
        status == 200 && page.contains("as started"),
        "crm is slow in a way of its own: {page}"
    );
    for headers in [&[FORM][..], &[FORM, ("origin", "http://evil.example")]] {
        assert_eq!(
            local.ask("POST", path, headers, "mail=down").0,
            403,
            "{headers:?}"
        );
    }
    assert_eq!(local.ask("POST", path, &[FORM, OURS], "moon=down").0, 422);
    let (_, page) = get(&local, "/");
    assert!(!page.contains("value=\"down\" selected"), "{page}");
    let (status, _, page) = local.ask("POST", path, &[FORM, OURS], "mail=down&crm=");
    assert!(
        status == 200 && page.contains("value=\"down\" selected") && page.contains("as started"),
        "{page}"
    );
}

#[test]
fn nothing_of_a_run_is_told_to_who_asks_by_another_name() {
    let local = Local::start(&[]);
    for path in [
        "/",
        "/published",
        "/outside",
        "/stock/mug-blue",
        "/openapi.json",
        "/console/letters",
    ] {
        let (status, _, text) = local.ask("GET", path, &[("host", "evil.example")], "");
        assert_eq!(status, 421, "{path}: {text}");
    }
    let target = [("host", "evil.example"), ("x-amz-target", "AmazonSQS.ListQueues")];
    assert_eq!(local.ask("POST", "/aws/sqs", &target, "{}").0, 421);
}

/// `tidings ui`, which ends with the test.
struct Ui(Child, String);

impl Ui {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(TIDINGS);
        let command = command.args(["ui", "--port", "0"]).args(arguments);
        for variable in ["TIDINGS_STAGE", "TIDINGS_LOCAL", "TIDINGS_DATA"] {
            command.env_remove(variable);
        }
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let told = BufReader::new(process.stdout.take().unwrap()).read_line(&mut line);
        let address = line.split_whitespace().find(|word| word.starts_with("http://"));
        let address = address.unwrap_or_else(|| panic!("{told:?}: {line}")).to_owned();
        Self(process, address)
    }

    fn get(&self, path: &str) -> String {
        let mut answer = ureq::get(format!("{}{path}", self.1)).call().unwrap();
        answer.body_mut().read_to_string().unwrap()
    }
}

impl Drop for Ui {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn the_data_file_of_a_run_that_has_ended_has_pages_that_are_read_only() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("shop.db");
    let data = data.to_str().unwrap();
    let mut local = Local::start(&["--data", data]);
    let order = local.printed_order();
    let (status, placed) = local.request("POST", "/orders", &order);
    assert_eq!(status, 202, "{placed}");
    local.says(&["render-invoice-pdf", "done"]);
    drop(local);
    let ui = Ui::start(&["--data", data]);
    let page = ui.get("/");
    assert!(
        page.contains("notify-sales") && page.contains("read-only") && page.contains("shop.db"),
        "{page}"
    );
    let trace = ui.get(&format!(
        "/console/traces?of={}",
        placed["orderId"].as_str().unwrap()
    ));
    assert!(
        trace.contains("create-invoice") && trace.contains("invoice.created"),
        "{trace}"
    );
    assert!(ui.get("/catalogue").contains("id=\"event-order.placed\""));
    assert!(ui.get("/console/letters").contains("There is none"));
}
