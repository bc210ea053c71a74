//! A thousand transfers between accounts through the deployed functions: no money comes or goes.

use std::collections::BTreeMap;

use accounts::{Deposit, GetAccount, OpenAccount, Transfer};
use anyhow::{Context as _, bail, ensure};
use fastrand::Rng;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::json;
use tidings_core::catalogue::SNAPSHOTS;
use tidings_tests::{Stack, eventually};

const ACCOUNTS: usize = 10;
const TRANSFERS: u64 = 1_000;
/// In each account, to begin with; transfers are up to a tenth of it.
const AMOUNT: i64 = 1_000;
/// Requests at once.
const AT_ONCE: usize = 8;

async fn open(stack: &Stack, run: u64, number: usize) -> anyhow::Result<String> {
    let body = json!({ "currency": "EUR" });
    let key = format!("{run}-open-{number}");
    let (status, opened) = stack.ask::<OpenAccount>("/accounts", Some(&key), &body).await?;
    ensure!(status == 201, "{opened}");
    let id = opened["accountId"].as_str().context("an id")?.to_owned();
    let body = json!({ "amount": AMOUNT, "currency": "EUR" });
    let (path, key) = (
        format!("/accounts/{id}/deposits"),
        format!("{run}-deposit-{number}"),
    );
    let first = stack.ask::<Deposit>(&path, Some(&key), &body).await?;
    ensure!(first.0 == 201, "{}", first.1);
    // Sent again, it is the same deposit.
    ensure!(stack.ask::<Deposit>(&path, Some(&key), &body).await? == first);
    Ok(id)
}

/// Answers whether it was done; whoever is told to come again does.
async fn transfer(stack: &Stack, ids: &[String], run: u64, number: u64) -> anyhow::Result<bool> {
    let mut random = Rng::with_seed(run ^ number << 32);
    let mut two = random.choose_multiple(ids, 2).into_iter();
    let body = json!({
        "from": two.next(), "to": two.next(), "amount": random.i64(1..=AMOUNT / 10), "currency": "EUR",
    });
    let key = format!("{run}-transfer-{number}");
    loop {
        let (status, answer) = stack.ask::<Transfer>("/transfers", Some(&key), &body).await?;
        let detail = answer["detail"].as_str().unwrap_or_default();
        match status {
            201 => return Ok(true),
            409 if detail.contains("which is less than") => return Ok(false),
            409 | 503 => {}
            _ => bail!("{status}: {answer}"),
        }
    }
}

async fn account(stack: &Stack, id: &str, query: &str) -> anyhow::Result<(i64, u64)> {
    let path = format!("/accounts/{id}");
    let (status, account) = stack
        .ask::<GetAccount>(&format!("{path}?{query}"), None, &json!({}))
        .await?;
    ensure!(status == 200, "{account}");
    let balance = account["balance"]["amount"].as_i64().context("a balance")?;
    Ok((balance, account["version"].as_u64().context("a version")?))
}

/// The versions of which there are snapshots, by account.
async fn snapshots(stack: &Stack, ids: &[String]) -> anyhow::Result<BTreeMap<String, Vec<u64>>> {
    let mut found = BTreeMap::<String, Vec<u64>>::new();
    let scan = stack.dynamodb.scan().table_name(stack.table(SNAPSHOTS.name));
    let mut items = scan.into_paginator().items().send();
    while let Some(item) = items.try_next().await? {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        let id = text("aggregate_key").and_then(|key| key.strip_prefix("account#"));
        let version = item
            .get("version")
            .and_then(|value| value.as_n().ok()?.parse().ok());
        let (Some(id), Some(version), Some(_)) = (id, version, text("state")) else {
            continue;
        };
        if ids.iter().any(|one| one == id) {
            found.entry(id.to_owned()).or_default().push(version);
        }
    }
    Ok(found)
}

#[tokio::test]
async fn a_thousand_transfers_leave_as_much_money_as_there_was() -> anyhow::Result<()> {
    let stack = &Stack::open("accounts").await?;
    let run = fastrand::u64(..);
    println!("run {run}");
    let opened = stream::iter(0..ACCOUNTS).map(|number| open(stack, run, number));
    let ids: Vec<String> = opened.buffered(AT_ONCE).try_collect().await?;
    let ids = ids.as_slice();
    let ended = stream::iter(0..TRANSFERS).map(|number| transfer(stack, ids, run, number));
    let ended: Vec<bool> = ended.buffer_unordered(AT_ONCE).try_collect().await?;
    let done = ended.iter().filter(|done| **done).count() as u64;

    let (mut total, mut events, mut due) = (0, 0, BTreeMap::new());
    for id in ids {
        let (balance, version) = account(stack, id, "").await?;
        ensure!(balance >= 0, "{id} has {balance}");
        ensure!(account(stack, id, "version=2").await? == (AMOUNT, 2));
        total += balance;
        events += version;
        let versions: Vec<u64> = (1..=version / 100).map(|hundreds| hundreds * 100).collect();
        if !versions.is_empty() {
            due.insert(id.clone(), versions);
        }
    }
    assert_eq!(total, AMOUNT * ACCOUNTS as i64);
    assert_eq!(events, 2 * ACCOUNTS as u64 + 2 * done);
    println!("{done} transfers done, {} refused", TRANSFERS - done);

    eventually("every hundredth version has a snapshot", async || {
        let found = snapshots(stack, ids).await?;
        ensure!(found == due, "there are {found:?}, and {due:?} are due");
        Ok(())
    })
    .await?;
    for id in ids {
        let (balance, version) = account(stack, id, "").await?;
        ensure!(account(stack, id, &format!("version={version}")).await? == (balance, version));
    }
    Ok(())
}
