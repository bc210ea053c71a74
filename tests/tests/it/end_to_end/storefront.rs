//! A sign-up and a checkout through the deployed functions, with every event delivered twice: each consumer's effect is there, once.

use std::{collections::BTreeMap, fs, io, process::Command};

use accounts::{
    GetAccount, RegisterUser, UpdateCustomer, award_loyalty_points::account_of, create_profile::PROFILES,
};
use anyhow::{Context as _, ensure};
use billing::{RenderInvoicePdf, create_stripe_customer::PAYMENT_CUSTOMERS};
use insights::{GetDashboard, GetRecommendations};
use notifications::start_post_purchase_flow::POST_PURCHASE_FLOWS;
use orders::{GetStock, PlaceOrder, ReceiveStock};
use platform::audit_log::AUDIT_LOG;
use serde_json::{Value, json};
use shipping::GetShipment;
use storefront_contracts::Currency;
use tidings_core::{Consumer as _, Envelope, catalogue::Endpoint};
use tidings_tests::{Stack, eventually, tap::Tap};

/// What follows from a sign-up, an address and a checkout.
const EVENTS: [&str; 10] = [
    "account.opened",
    "customer.updated",
    "deposit.made",
    "inventory.reserved",
    "invoice.created",
    "order.placed",
    "order.status_changed",
    "payment.processed",
    "shipment.created",
    "user.signed_up",
];

#[tokio::test]
async fn a_sign_up_and_a_checkout_have_every_consequence_once() -> anyhow::Result<()> {
    let stack = &Stack::open_whole("storefront").await?;
    let mut tap = Tap::open(stack).await?;

    let user = sign_up(stack).await?;
    let order = check_out(stack).await?;
    let events = consequences(&mut tap).await?;
    stack.publish(&events).await?;
    nothing_left(stack).await?;

    assert_eq!(
        told(tap.heard().await?),
        told(events.clone()),
        "a repeated event causes nothing"
    );
    outside(stack, &order)?;
    mails(stack, &order)?;
    rows(stack, &events).await?;
    shown(stack, &user, &order).await?;
    invoice(stack, &order).await?;
    tap.close().await
}

/// Signs up and says where they live; answers who they are.
async fn sign_up(stack: &Stack) -> anyhow::Result<String> {
    let ada = json!({ "name": "Ada", "email": "ada@example.com", "plan": "plus" });
    let user = done::<RegisterUser>(stack, "/users", &ada).await?;
    let user = user["userId"].as_str().context("a user without id")?.to_owned();
    let address = json!({ "lines": ["12 St James's Square"], "postalCode": "SW1Y 4JH", "city": "London", "country": "GB" });
    let customer = json!({ "name": "Ada", "email": "ada@example.com", "address": address });
    done::<UpdateCustomer>(stack, &format!("/customers/{user}"), &customer).await?;
    Ok(user)
}

/// Orders two mugs and a tea; answers the order's id.
async fn check_out(stack: &Stack) -> anyhow::Result<String> {
    for sku in ["mug-blue", "tea-green"] {
        let path = format!("/stock/{sku}/receipts");
        done::<ReceiveStock>(stack, &path, &json!({ "quantity": 10 })).await?;
    }
    let order = json!({
        "email": "ada@example.com",
        "currency": "EUR",
        "card": "tok_visa",
        "items": [
            { "sku": "mug-blue", "name": "Blue mug", "quantity": 2, "unitPrice": 1299 },
            { "sku": "tea-green", "name": "Green tea", "quantity": 1, "unitPrice": 500 },
        ],
    });
    let placed = done::<PlaceOrder>(stack, PlaceOrder::PATH, &order).await?;
    Ok(placed["orderId"]
        .as_str()
        .context("an order without id")?
        .to_owned())
}

/// Asks an endpoint, and expects that it does what it is asked.
async fn done<E: Endpoint>(stack: &Stack, path: &str, body: &Value) -> anyhow::Result<Value> {
    let (status, answer) = stack
        .ask::<E>(path, Some(&format!("{}{path}", E::NAME)), body)
        .await?;
    ensure!((200..300).contains(&status), "{}: {status} {answer}", E::NAME);
    Ok(answer)
}

/// Every event that follows, each once.
async fn consequences(tap: &mut Tap<'_>) -> anyhow::Result<Vec<Envelope>> {
    let mut events = Vec::new();
    for event in EVENTS {
        events.extend(tap.wait(event, 1, |_| true).await?);
    }
    Ok(events)
}

fn told(events: Vec<Envelope>) -> BTreeMap<String, String> {
    let told = events
        .into_iter()
        .map(|event| (event.key(), event.event_type.clone()));
    told.collect()
}

/// Waits until every queue is empty, and nothing is in a dead-letter queue.
async fn nothing_left(stack: &Stack) -> anyhow::Result<()> {
    let queues = stack.sqs.list_queues().into_paginator().items().send();
    let queues = queues.collect::<Result<Vec<_>, _>>().await?;
    let names = queues.iter().filter_map(|url| url.rsplit('/').next());
    // The tap is the test's own.
    let names: Vec<_> = names.filter(|name| !name.starts_with("tidings-test")).collect();
    ensure!(names.len() > 30, "the queues of all consumers: {names:?}");
    eventually("every queue is empty", async || {
        for name in names.iter().filter(|name| !name.contains("dlq")) {
            let depth = stack.depth(name).await?;
            ensure!(depth == 0, "{name} holds {depth} messages");
        }
        Ok(())
    })
    .await?;
    for name in names.iter().filter(|name| name.contains("dlq")) {
        assert_eq!(stack.depth(name).await?, 0, "{name}");
    }
    Ok(())
}

/// What the providers were told, each by a key of its own.
fn outside(stack: &Stack, order: &str) -> anyhow::Result<()> {
    let Some(calls) = stack.outside()? else {
        return Ok(());
    };
    let mut told: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for call in &calls {
        let text = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(call["status"], 200, "{call}");
        told.entry((text("provider"), text("path")))
            .or_default()
            .push(call);
    }
    let numbers: Vec<_> = told
        .iter()
        .map(|((provider, path), calls)| (provider.as_str(), path.as_str(), calls.len()))
        .collect();
    assert_eq!(
        numbers,
        [
            ("affiliates", "", 1),
            ("crm", "", 3),
            ("slack", "", 2),
            ("stripe", "v1/charges", 1),
            ("stripe", "v1/customers", 1),
            ("warehouse", "", 1),
        ],
        "{calls:?}"
    );
    let of = |provider: &str, path: &str| told[&(provider.to_owned(), path.to_owned())][0];
    assert_eq!(of("stripe", "v1/charges")["body"]["amount"], "3098");
    let packed = of("warehouse", "")["body"].to_string();
    assert!(
        packed.contains(order) && packed.contains("12 St James's Square"),
        "{packed}"
    );
    Ok(())
}

fn mails(stack: &Stack, order: &str) -> anyhow::Result<()> {
    let Some(mails) = stack.mails()? else {
        return Ok(());
    };
    let numbers: Vec<_> = mails.values().map(Vec::len).collect();
    assert_eq!(
        numbers,
        [1, 1],
        "a welcome and a confirmation: {:?}",
        mails.keys()
    );
    assert!(mails.contains_key(&format!("Your order {order}")));
    Ok(())
}

/// What consumers keep in tables of their own.
async fn rows(stack: &Stack, events: &[Envelope]) -> anyhow::Result<()> {
    for table in [PROFILES, PAYMENT_CUSTOMERS, POST_PURCHASE_FLOWS] {
        assert_eq!(stack.items(table.name).await?.len(), 1, "{}", table.name);
    }
    let logged = stack.items(AUDIT_LOG.name).await?;
    let mut logged: Vec<_> = logged
        .iter()
        .filter_map(|entry| entry["event"].as_str())
        .collect();
    let mut stated: Vec<_> = events.iter().map(Envelope::key).collect();
    logged.sort_unstable();
    stated.sort_unstable();
    assert_eq!(logged, stated, "the audit log has every event, once");
    let counted = stack.counted(Currency::EUR).await?;
    assert_eq!((counted.orders, counted.revenue), (1, 3098));
    Ok(())
}

/// What can be asked for.
async fn shown(stack: &Stack, user: &str, order: &str) -> anyhow::Result<()> {
    let points = account_of(user, Currency::EUR);
    let account = done::<GetAccount>(stack, &format!("/accounts/{points}"), &json!(null)).await?;
    assert_eq!(account["balance"]["amount"], 30, "1 %: {account}");
    let stock = done::<GetStock>(stack, "/stock/mug-blue", &json!(null)).await?;
    assert_eq!(stock["available"], 8, "{stock}");
    let shipment = done::<GetShipment>(stack, &format!("/orders/{order}/shipment"), &json!(null)).await?;
    assert_eq!(shipment["carrier"], "DHL", "{shipment}");
    let dashboard = done::<GetDashboard>(stack, GetDashboard::PATH, &json!(null)).await?;
    assert_eq!(dashboard["total"]["placed"], 1, "{dashboard}");
    let path = "/products/mug-blue/recommendations";
    let others = done::<GetRecommendations>(stack, path, &json!(null)).await?;
    assert_eq!(others["recommendations"][0]["sku"], "tea-green", "{others}");
    Ok(())
}

/// The invoice opens, and says its number, the items and the total.
async fn invoice(stack: &Stack, order: &str) -> anyhow::Result<()> {
    let number = format!("inv-{order}");
    let file = stack
        .document(RenderInvoicePdf::NAME, "invoices", &format!("{number}.pdf"))
        .await?;
    let pdf = lopdf::Document::load_mem(&file)?;
    let pages: Vec<_> = pdf.get_pages().into_keys().collect();
    let text = pdf.extract_text(&pages)?.replace('\n', " ");
    let expected = [number.as_str(), "Blue mug", "Green tea", "30.98"];
    for expected in expected {
        assert!(text.contains(expected), "{expected} is not in: {text}");
    }
    match pdftotext(&file)? {
        None => eprintln!("pdftotext is not there: what it reads in the invoice was not looked at"),
        Some(text) => {
            for expected in expected {
                assert!(
                    text.contains(expected),
                    "{expected} is not in what pdftotext reads: {text}"
                );
            }
        }
    }
    Ok(())
}

/// What `pdftotext` (poppler) reads in a PDF; none where it is not installed.
fn pdftotext(pdf: &[u8]) -> anyhow::Result<Option<String>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("invoice.pdf");
    fs::write(&file, pdf)?;
    let read = match Command::new("pdftotext").arg(&file).arg("-").output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    let said = String::from_utf8_lossy(&read.stderr);
    ensure!(read.status.success(), "pdftotext: {said}");
    Ok(Some(String::from_utf8(read.stdout)?))
}
