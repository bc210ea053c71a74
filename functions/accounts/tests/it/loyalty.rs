//! Points for orders: each order's once, whatever else happens to the account.

use accounts::{
    AwardLoyaltyPoints, Deposit, GetAccount, OrderPoints, Withdraw, WithdrawLoyaltyPoints,
    aggregate::Account, award_loyalty_points::account_of, order_points::ORDER_POINTS,
};
use serde_json::{Value, json};
use storefront_contracts::{
    AccountOpened, Currency, DepositMade, GUEST, Money, OrderCancelled, OrderPlaced, WithdrawalMade,
};
use tidings_aws::event_store::AsOf;
use tidings_core::{Condition, effects::Otherwise};
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

async fn withdraw(bench: &Bench) -> WithdrawLoyaltyPoints {
    WithdrawLoyaltyPoints {
        events: bench.events_with_snapshots().await,
        points: OrderPoints::new(bench.dynamodb(), ORDER_POINTS.name),
    }
}

fn cancelled(id: impl ToString) -> Given {
    given(&OrderCancelled {
        order_id: format!("o-{}", id.to_string()),
        user_id: Some("u-1".into()),
        reason: "changed my mind".into(),
    })
}

/// The customer takes so much out of their points.
async fn spend(bench: &Bench, amount: i64) {
    let spend = post(&json!(euros(amount))).at(&format!("/accounts/{ACCOUNT}/withdrawals"));
    let spend = spend.caller("u-1").header("idempotency-key", "spend-1");
    let (events, answers) = (bench.events_with_snapshots().await, bench.answers());
    assert_eq!(spend.to(&Withdraw { events, answers }).await.status, 201);
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
    let earned = json!({ "orderId": "o-1", "points": { "accountId": ACCOUNT, "amount": euros(30) } });
    awarded
        .appends(&opened, 1)
        .appends(&deposit, 2)
        .puts_if(
            &ORDER_POINTS,
            &earned,
            Condition::Absent("orderId"),
            Otherwise::Superseded,
        )
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

    spend(&bench, 10).await;
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
    // A hundredth of the most, 99 times.
    let the_most = |number: usize| given(&order(format!("most-{number}"), "u-1", euros(i64::MAX)));
    for number in 1..100 {
        assert_eq!(worker.deliver([the_most(number)]).await, [Ended::Done]);
    }
    let too_much = the_most(100);
    let reason = "no points: the amount is too large: the account would hold more than can be counted";
    assert_eq!(worker.deliver([too_much]).await, [Ended::set_aside(reason)]);
}

#[tokio::test]
async fn the_points_of_an_order_that_is_called_off_are_taken_back_once_and_no_others() {
    let bench = Bench::open().await;
    let (award, withdraw) = (
        bench.worker(award(&bench).await).await,
        bench.worker(withdraw(&bench).await).await,
    );
    for placed in orders(2) {
        assert_eq!(award.deliver([placed]).await, [Ended::Done]);
    }
    let first = cancelled(1);
    withdraw.deliver_and_die(Death::BeforeCompletion, [&first]).await;
    assert_eq!(shown(&bench, ACCOUNT).await["balance"], json!(euros(200)));
    bench.pass(std::time::Duration::from_secs(60));
    withdraw.deliver_and_die(Death::AfterCompletion, [&first]).await;
    assert_eq!(withdraw.deliver([&first]).await, [Ended::Duplicate]);
    // Another event that says the same finds nothing earned; and the order cannot earn them again.
    let another = withdraw.deliver([cancelled(1).id("another")]).await;
    let again = award.deliver([orders(1).remove(0).id("again")]).await;
    assert_eq!([another, again].concat(), vec![Ended::Done; 2]);

    let account = shown(&bench, ACCOUNT).await;
    assert_eq!(
        (&account["balance"], &account["version"]),
        (&json!(euros(100)), &json!(4))
    );
    let stated = bench.stated().await;
    let taken: WithdrawalMade = serde_json::from_str(stated[3].data()).unwrap();
    assert_eq!((taken.account_id.as_str(), taken.amount), (ACCOUNT, euros(100)));
}

#[tokio::test]
async fn an_order_whose_cancellation_comes_first_earns_nothing() {
    let bench = Bench::open().await;
    let (award, withdraw) = (
        bench.worker(award(&bench).await).await,
        bench.worker(withdraw(&bench).await).await,
    );
    assert_eq!(withdraw.deliver([cancelled(1)]).await, [Ended::Done]);
    assert_eq!(award.deliver(orders(1)).await, [Ended::Done]);
    assert!(bench.stated().await.is_empty());
}

#[tokio::test]
async fn of_points_that_are_spent_what_is_left_is_taken_back() {
    let bench = Bench::open().await;
    let (award, withdraw) = (
        bench.worker(award(&bench).await).await,
        bench.worker(withdraw(&bench).await).await,
    );
    award.deliver(orders(1)).await;
    spend(&bench, 70).await;
    assert_eq!(withdraw.deliver([cancelled(1)]).await, [Ended::Done]);
    assert_eq!(shown(&bench, ACCOUNT).await["balance"], json!(euros(0)));

    // Nothing is left at all.
    let bench = Bench::open().await;
    let award = bench.worker(self::award(&bench).await).await;
    let withdraw = bench.worker(self::withdraw(&bench).await).await;
    award.deliver(orders(1)).await;
    spend(&bench, 100).await;
    assert_eq!(withdraw.deliver([cancelled(1)]).await, [Ended::Done]);
    assert_eq!(shown(&bench, ACCOUNT).await["version"], 3);
}

#[tokio::test(start_paused = true)]
async fn points_that_are_awarded_while_their_order_is_called_off_are_nobodys_in_the_end() {
    for seed in 0..20 {
        let bench = Bench::open().await.with_latency(seed);
        let (award, withdraw) = (
            bench.worker(award(&bench).await).await,
            bench.worker(withdraw(&bench).await).await,
        );
        let (placed, called_off) = (orders(1), [cancelled(1)]);
        for _ in 0..10 {
            let (awarded, withdrawn) = tokio::join!(award.deliver(&placed), withdraw.deliver(&called_off));
            if [awarded, withdrawn].concat().iter().all(Ended::is_acknowledged) {
                break;
            }
        }
        let events = bench.events_with_snapshots().await;
        let account = events.load::<Account>(ACCOUNT, AsOf::Now).await.unwrap();
        let left = account.state.opened().map_or(0, |opened| opened.balance.amount);
        assert_eq!(left, 0, "seed {seed}");
    }
}
