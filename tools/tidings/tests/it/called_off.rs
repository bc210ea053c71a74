//! An order that is called off, from the request to the provider of cards.

use serde_json::{Value, json};

use crate::running::Local;

/// Asks as a customer.
fn ask(local: &Local, caller: &str, path: &str, body: &Value) -> (u16, Value) {
    let key = uuid::Uuid::new_v4().to_string();
    let headers = [
        ("content-type", "application/json"),
        ("x-caller", caller),
        ("idempotency-key", key.as_str()),
    ];
    let (status, _, answer) = local.ask("POST", path, &headers, &body.to_string());
    (status, serde_json::from_str(&answer).unwrap())
}

fn place(local: &Local, caller: &str, order: &Value) -> String {
    let (status, placed) = ask(local, caller, "/orders", order);
    assert_eq!(status, 202, "{placed}");
    placed["orderId"].as_str().unwrap().to_owned()
}

fn cancel(local: &Local, caller: &str, order: &str) {
    let reason = json!({ "reason": "changed my mind" });
    let (status, cancelled) = ask(local, caller, &format!("/orders/{order}/cancellation"), &reason);
    assert_eq!((status, &cancelled["status"]), (200, &json!("cancelled")));
}

/// How many can be sold of each article of the order.
fn stock(local: &Local, order: &Value) -> Vec<Value> {
    let lines = order["items"].as_array().unwrap().iter();
    lines
        .map(|line| {
            let path = format!("/stock/{}", line["sku"].as_str().unwrap());
            local.request("GET", &path, "").1["available"].clone()
        })
        .collect()
}

/// What the provider of cards was asked that begins so: what, and what it has made.
fn asked_of_stripe(local: &Local, verb: &str) -> Vec<(String, Option<String>)> {
    let calls = local.request("GET", "/outside", "").1;
    let calls = calls.as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    calls
        .filter(|call| call["provider"] == "stripe" && call.get("error").is_none())
        .map(|call| (text(&call["asked"]).unwrap(), text(&call["made"])))
        .filter(|(asked, _)| asked.starts_with(verb))
        .collect()
}

#[test]
fn an_order_that_is_called_off_gives_back_its_stock_and_exactly_its_own_charge() {
    let mut local = Local::start(&[]);
    let order: Value = serde_json::from_str(&local.printed_order()).unwrap();
    place(&local, "usr-bob", &order);
    let before = stock(&local, &order);
    let called_off = place(&local, "usr-ada", &order);
    place(&local, "usr-cleo", &order);
    let reserved = stock(&local, &order);
    assert_ne!(before, reserved);

    cancel(&local, "usr-ada", &called_off);
    cancel(&local, "usr-ada", &called_off);
    let mut awaited = vec!["✓ release-stock", "✓ refund-payment"];
    while !awaited.is_empty() {
        let line = local.lines.next().unwrap().unwrap();
        awaited.retain(|done| !line.contains(done));
    }

    let left = |stock: &[Value]| -> Vec<i64> {
        let pieces = stock.iter().map(|available| available.as_i64().unwrap());
        pieces.collect()
    };
    // Of the three orders two are left: that of before, and the one that came behind.
    let ordered = left(&before).into_iter().zip(left(&reserved));
    let expected: Vec<_> = ordered
        .map(|(before, reserved)| before - (before - reserved) / 2)
        .collect();
    assert_eq!(left(&stock(&local, &order)), expected);
    let charged = asked_of_stripe(&local, "charge ");
    assert_eq!(charged.len(), 3, "{charged:?}");
    let own = charged.iter().find(|(asked, _)| asked.ends_with(&called_off));
    let (_, Some(charge)) = own.unwrap() else {
        panic!("a charge has a name: {charged:?}")
    };
    let refunds = asked_of_stripe(&local, "refund ");
    assert_eq!(refunds, [(format!("refund {charge}"), None)]);
}
