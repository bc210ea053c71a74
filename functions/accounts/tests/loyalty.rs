//! Points for orders: each order's once, whatever else happens to the account.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use accounts::{
    AwardLoyaltyPoints, Deposit, GetAccount, Withdraw, aggregate::Account, award_loyalty_points::account_of,
};
use serde_json::{Value, json};
use storefront_contracts::{AccountOpened, Currency, DepositMade, GUEST, Money, OrderPlaced};
use tidings_aws::event_store::AsOf;
use tidings_testkit::{Bench, Death, Ended, Given, get, given, post};

const ACCOUNT: &str = "loyalty-u-1-EUR";

fn order(id: impl ToString, user: &str, total: Money) -> OrderPlaced {
    OrderPlaced {
        order_id: format!("o-{}", id.to_string()),
        user_id: user.into(),
        email: "ada@example.com".into(),
        total,
        items: Vec::new(),
    }
}

fn money(amount: i64, currency: Currency) -> Money {
    Money { amount, currency }
}

fn euros(amount: i64) -> Money {
    money(amount, Currency::EUR)
}

/// Orders of so many euros each.
fn orders(count: usize) -> Vec<Given> {
    let placed = |number| given(&order(number, "u-1", euros(10_000)));
    (1..=count).map(placed).collect()
}

async fn award(bench: &Bench) -> AwardLoyaltyPoints {
    AwardLoyaltyPoints {
        events: bench.events_with_snapshots().await,
    }
}

async fn shown(bench: &Bench, path: &str) -> Value {
    let events = bench.events_with_snapshots().await;
    let account = get(&format!("/accounts/{path}")).caller("u-1");
    account.to(&GetAccount { events }).await.body
}

#[tokio::test]
async fn the_first_points_open_an_account_that_is_the_customers() {
    let bench = Bench::open().await;
    let opened = AccountOpened {
        account_id: ACCOUNT.into(),
        owner_id: Some("u-1".into()),
        currency: Currency::EUR,
    };
    let deposit = DepositMade {
        account_id: ACCOUNT.into(),
        amount: euros(30),
        transfer_id: None,
    };
    let awarded = given(&order(1, "u-1", euros(3_098)));
    let awarded = awarded.by(&award(&bench).await).await;
    awarded
        .appends(&opened, 1)
        .appends(&deposit, 2)
        .does_nothing_else();
}

#[tokio::test]
async fn points_are_in_an_account_for_each_currency_and_can_be_looked_at_and_spent() {
    let bench = Bench::open().await;
    let worker = bench.worker(award(&bench).await).await;
    let placed = [
        given(&order(1, "u-1", euros(3_098))),
        given(&order(2, "u-1", money(4_000, Currency::JPY))),
        given(&order(3, "u-2", euros(500))),
    ];
    assert_eq!(worker.deliver(&placed).await, vec![Ended::Done; 3]);
    let expected = json!({ "accountId": ACCOUNT, "ownerId": "u-1", "version": 2, "balance": euros(30) });
    assert_eq!(shown(&bench, ACCOUNT).await, expected);
    let yen = shown(&bench, &account_of("u-1", Currency::JPY)).await;
    assert_eq!(yen["balance"], json!(money(40, Currency::JPY)));

    let spend = post(&json!(euros(10))).at(&format!("/accounts/{ACCOUNT}/withdrawals"));
    let spend = spend.caller("u-1").header("idempotency-key", "spend-1");
    let (events, answers) = (bench.events_with_snapshots().await, bench.answers());
    assert_eq!(spend.to(&Withdraw { events, answers }).await.status, 201);
    worker.deliver([given(&order(4, "u-1", euros(1_000)))]).await;
    assert_eq!(shown(&bench, ACCOUNT).await["balance"], json!(euros(30)));
    let before = shown(&bench, &format!("{ACCOUNT}?version=3")).await;
    assert_eq!(before["balance"], json!(euros(20)));
}

#[tokio::test]
async fn an_order_earns_its_points_once_whoever_else_puts_money_into_the_account() {
    let bench = Bench::open().await;
    let worker = bench.worker(award(&bench).await).await;
    let [first, second] = orders(2).try_into().unwrap();
    worker.deliver([&first]).await;

    let gift = post(&json!(euros(7))).at(&format!("/accounts/{ACCOUNT}/deposits"));
    let gift = gift.header("idempotency-key", "gift-1");
    let (events, answers) = (bench.events_with_snapshots().await, bench.answers());
    assert_eq!(gift.to(&Deposit { events, answers }).await.status, 201);

    // What is committed and not acknowledged is recognised, however the worker ended.
    worker.deliver_and_die(Death::AfterCompletion, [&second]).await;
    assert_eq!(
        worker.deliver([&second, &first]).await,
        [Ended::Duplicate, Ended::Duplicate]
    );
    assert_eq!(shown(&bench, ACCOUNT).await["balance"], json!(euros(207)));
}

#[tokio::test]
async fn a_worker_that_dies_before_its_commit_has_awarded_nothing() {
    let bench = Bench::open().await;
    let worker = bench.worker(award(&bench).await).await;
    let [first] = orders(1).try_into().unwrap();
    worker.deliver_and_die(Death::BeforeCompletion, [&first]).await;
    assert!(bench.stated().await.is_empty());
    bench.pass(std::time::Duration::from_secs(60));
    assert_eq!(worker.deliver([&first]).await, [Ended::Done]);
    assert_eq!(shown(&bench, ACCOUNT).await["balance"], json!(euros(100)));
}

#[tokio::test(start_paused = true)]
async fn orders_that_are_awarded_at_once_get_theirs_one_behind_the_other() {
    let bench = Bench::open().await.with_latency(7);
    let worker = bench.worker(award(&bench).await).await;
    let placed = orders(10);
    let (mut rounds, mut overtaken) = (0, 0);
    loop {
        let ended = worker.deliver(&placed).await;
        rounds += 1;
        let back: Vec<_> = ended.iter().filter(|ended| !ended.is_acknowledged()).collect();
        let reason = "the account has changed meanwhile";
        assert!(back.iter().all(|ended| ended.reason() == reason), "{ended:?}");
        overtaken += back.len();
        if back.is_empty() {
            break;
        }
        assert!(rounds < 50, "{ended:?}");
    }
    assert!(overtaken > 0, "nothing met: this has shown nothing");
    let account = bench.events_with_snapshots().await;
    let account = account.load::<Account>(ACCOUNT, AsOf::Now).await.unwrap();
    assert_eq!(account.version, 11, "the opening and ten deposits, without a gap");
    assert_eq!(account.state.opened().unwrap().balance, euros(1_000));
}

#[tokio::test]
async fn a_guest_and_an_order_of_less_than_100_earn_nothing() {
    let bench = Bench::open().await;
    let award = award(&bench).await;
    for nothing in [
        order(1, GUEST, euros(10_000)),
        order(2, "u-1", euros(99)),
        order(3, "u-1", euros(0)),
        order(4, "u-1", euros(-10_000)),
    ] {
        given(&nothing).by(&award).await.does_nothing_else();
    }
}

#[tokio::test]
async fn points_that_no_account_can_hold_are_set_aside_with_the_cause() {
    let bench = Bench::open().await;
    let worker = bench.worker(award(&bench).await).await;
    worker.deliver(orders(1)).await;
    let fill = post(&json!(euros(i64::MAX - 100))).at(&format!("/accounts/{ACCOUNT}/deposits"));
    let (events, answers) = (bench.events_with_snapshots().await, bench.answers());
    let fill = fill.header("idempotency-key", "fill");
    assert_eq!(fill.to(&Deposit { events, answers }).await.status, 201);
    let too_much = given(&order(9, "u-1", euros(100)));
    let reason = "no points: the amount is too large: the account would hold more than can be counted";
    assert_eq!(worker.deliver([too_much]).await, [Ended::set_aside(reason)]);
}
