//! The service's functions, as their callers meet them.

use std::time::Duration;

use accounts::{
    ChangeEmail, Deposit, GetAccount, GetUser, OpenAccount, RegisterUser, RenameUser, Transfer, Withdraw,
};
use serde_json::{Value, json};
use tidings_aws::{event_store::EventStore, http::Answers};
use tidings_core::catalogue::{EVENTS, IDEMPOTENCY};
use tidings_testkit::{Answered, Bench, Call, get, post, time::MOMENT};

/// The service, and what has been asked of it so far.
struct Bank {
    bench: Bench,
    events: EventStore,
    answers: Answers,
}

impl Bank {
    async fn open() -> Self {
        let bench = Bench::open().await;
        Self {
            events: bench.events_with_snapshots().await,
            answers: bench.answers(),
            bench,
        }
    }

    /// A request with a key that no other has.
    fn keyed(&self, call: Call) -> Call {
        let key = format!("key-{}", fastrand::u128(..));
        call.header("idempotency-key", &key)
    }

    async fn open_account(&self, call: Call) -> Answered {
        let (events, answers) = (self.events.clone(), self.answers.clone());
        call.to(&OpenAccount { events, answers }).await
    }

    async fn deposit(&self, id: &str, call: Call) -> Answered {
        let (events, answers) = (self.events.clone(), self.answers.clone());
        let call = call.at(&format!("/accounts/{id}/deposits"));
        call.to(&Deposit { events, answers }).await
    }

    async fn withdraw(&self, id: &str, call: Call) -> Answered {
        let (events, answers) = (self.events.clone(), self.answers.clone());
        let call = call.at(&format!("/accounts/{id}/withdrawals"));
        call.to(&Withdraw { events, answers }).await
    }

    async fn transfer(&self, call: Call) -> Answered {
        let (events, answers) = (self.events.clone(), self.answers.clone());
        call.to(&Transfer { events, answers }).await
    }

    async fn register(&self, call: Call) -> Answered {
        let (events, answers) = (self.events.clone(), self.answers.clone());
        call.to(&RegisterUser { events, answers }).await
    }

    async fn rename(&self, id: &str, call: Call) -> Answered {
        let call = call.at(&format!("/users/{id}/name"));
        let events = self.events.clone();
        call.to(&RenameUser { events }).await
    }

    async fn change_email(&self, id: &str, call: Call) -> Answered {
        let call = call.at(&format!("/users/{id}/email"));
        let events = self.events.clone();
        call.to(&ChangeEmail { events }).await
    }

    async fn account(&self, path: &str) -> Answered {
        let events = self.events.clone();
        get(&format!("/accounts/{path}")).to(&GetAccount { events }).await
    }

    async fn user(&self, path: &str) -> Answered {
        let (events, id) = (self.events.clone(), path.split('?').next().unwrap());
        let request = get(&format!("/users/{path}")).caller(id);
        request.to(&GetUser { events }).await
    }

    /// An account of nobody's, with so much in it.
    async fn with(&self, amount: i64) -> String {
        let opened = self
            .open_account(self.keyed(post(&json!({ "currency": "EUR" }))))
            .await;
        let id = opened.body["accountId"].as_str().unwrap().to_owned();
        if amount > 0 {
            let deposit = self.deposit(&id, self.keyed(post(&euros(amount)))).await;
            assert_eq!(deposit.status, 201, "{deposit:?}");
        }
        id
    }

    async fn balance(&self, id: &str) -> i64 {
        let account = self.account(id).await.body;
        account["balance"]["amount"].as_i64().unwrap()
    }

    /// The types of all events that there are.
    async fn stated(&self) -> Vec<String> {
        let events = self.bench.stated().await;
        events.into_iter().map(|event| event.event_type.clone()).collect()
    }
}

fn euros(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

fn pointers(answered: &Answered) -> Vec<&str> {
    let errors = answered.body["errors"].as_array();
    let errors = errors.into_iter().flatten();
    errors.map(|error| error["pointer"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_account_is_opened_filled_and_emptied() {
    let bank = Bank::open().await;
    let id = bank.with(1_000).await;
    let withdrawn = bank.withdraw(&id, bank.keyed(post(&euros(400)))).await;
    assert_eq!(
        (
            withdrawn.status,
            &withdrawn.body["balance"],
            &withdrawn.body["version"]
        ),
        (201, &euros(600), &json!(3))
    );
    let account = bank.account(&id).await;
    assert_eq!((account.status, account.body), (200, withdrawn.body));
    assert_eq!(
        bank.stated().await,
        ["account.opened", "deposit.made", "withdrawal.made"]
    );
}

#[tokio::test]
async fn a_transfer_moves_money_once_and_three_aggregates_tell_of_it() {
    let bank = Bank::open().await;
    let (from, to) = (bank.with(1_000).await, bank.with(0).await);
    let body = json!({ "from": from, "to": to, "amount": 250, "currency": "EUR" });
    let request = bank.keyed(post(&body));
    let done = bank.transfer(request.clone()).await;
    assert_eq!(
        (done.status, &done.body["from"]["balance"]),
        (201, &euros(750)),
        "{done:?}"
    );
    assert_eq!(done.body["to"], json!({ "accountId": to }));
    assert_eq!(bank.transfer(request).await, done);
    assert_eq!((bank.balance(&from).await, bank.balance(&to).await), (750, 250));

    let transfer = done.body["transferId"].as_str().unwrap();
    let events = bank.bench.stated().await;
    let (mut types, mut correlations) = (Vec::new(), Vec::new());
    for event in events.iter().filter(|event| event.data().contains(transfer)) {
        types.push(event.event_type.as_str());
        correlations.push(event.correlation_id());
    }
    types.sort_unstable();
    assert_eq!(types, ["deposit.made", "transfer.completed", "withdrawal.made"]);
    assert!(correlations.iter().all(|one| *one == correlations[0]));
}

#[tokio::test]
async fn what_the_rules_refuse_is_a_problem_and_no_event() {
    let bank = Bank::open().await;
    let id = bank.with(100).await;
    let other = bank.with(0).await;
    let before = bank.stated().await.len();
    let transfer = |from: &str, to: &str, amount: i64, currency: &str| {
        let body = json!({ "from": from, "to": to, "amount": amount, "currency": currency });
        bank.transfer(bank.keyed(post(&body)))
    };
    let yen = json!({ "amount": 1, "currency": "JPY" });
    let refused = [
        (
            bank.deposit(&id, bank.keyed(post(&euros(0)))).await,
            422,
            "#/amount",
        ),
        (
            bank.deposit(&id, bank.keyed(post(&euros(-5)))).await,
            422,
            "#/amount",
        ),
        (
            bank.deposit(&id, bank.keyed(post(&euros(i64::MAX)))).await,
            422,
            "#/amount",
        ),
        (bank.deposit(&id, bank.keyed(post(&yen))).await, 409, "#/currency"),
        (bank.deposit("acc-0", bank.keyed(post(&euros(1)))).await, 404, ""),
        (bank.withdraw(&id, bank.keyed(post(&euros(101)))).await, 409, ""),
        (
            bank.withdraw(&id, bank.keyed(post(&euros(0)))).await,
            422,
            "#/amount",
        ),
        (bank.withdraw("acc-0", bank.keyed(post(&euros(1)))).await, 404, ""),
        (transfer(&id, &id, 1, "EUR").await, 422, "#/to"),
        (transfer("acc-0", "acc-0", 1, "EUR").await, 422, "#/to"),
        (transfer(&id, &other, 101, "EUR").await, 409, ""),
        (transfer(&id, &other, -1, "EUR").await, 422, "#/amount"),
        (transfer(&id, &other, 1, "USD").await, 409, "#/currency"),
        (transfer("acc-0", &other, 1, "EUR").await, 409, "#/from"),
        (transfer(&id, "acc-0", 1, "EUR").await, 409, "#/to"),
        (transfer(&id, &"x".repeat(2_100), 1, "EUR").await, 422, "#/to"),
        (transfer(&id, &other, 1, "HRK").await, 422, "#/currency"),
    ];
    for (number, (answered, status, pointer)) in refused.iter().enumerate() {
        assert_eq!(answered.status, *status, "{number}: {answered:?}");
        assert_eq!(pointers(answered).concat(), *pointer, "{number}: {answered:?}");
        assert!(
            answered.body["title"].is_string() && answered.body["detail"].is_string(),
            "{number}: {answered:?}"
        );
    }
    assert_eq!(bank.stated().await.len(), before);
}

#[tokio::test]
async fn what_is_no_request_names_its_field() {
    let bank = Bank::open().await;
    let id = bank.with(0).await;
    for (body, pointer) in [
        (json!({ "amount": "5", "currency": "EUR" }), "#/amount"),
        (json!({ "amount": 1.5, "currency": "EUR" }), "#/amount"),
        (json!({ "amount": 5 }), "#/currency"),
        (json!({ "amount": 5, "currency": "EURO" }), "#/currency"),
        (json!({ "amount": 5, "currency": "XXX" }), "#/currency"),
        (
            json!({ "amount": 5, "currency": "EUR", "ownerId": "me" }),
            "#/ownerId",
        ),
    ] {
        let refused = bank.deposit(&id, bank.keyed(post(&body))).await;
        assert_eq!(
            (refused.status, pointers(&refused)),
            (422, vec![pointer]),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn money_moves_only_with_a_key() {
    let bank = Bank::open().await;
    let id = bank.with(100).await;
    let before = bank.stated().await.len();
    let transfer = json!({ "from": id, "to": "acc-0", "amount": 1, "currency": "EUR" });
    let refused = [
        bank.open_account(post(&json!({ "currency": "EUR" }))).await,
        bank.deposit(&id, post(&euros(1))).await,
        bank.withdraw(&id, post(&euros(1))).await,
        bank.transfer(post(&transfer)).await,
    ];
    for answered in refused {
        assert_eq!(
            (answered.status, &answered.body["errors"][0]["parameter"]),
            (400, &json!("Idempotency-Key"))
        );
    }
    assert_eq!(bank.stated().await.len(), before);
}

#[tokio::test]
async fn an_account_is_its_callers_and_others_may_only_deposit() {
    let bank = Bank::open().await;
    let open = post(&json!({ "currency": "EUR" })).caller("u-1");
    let opened = bank.open_account(bank.keyed(open)).await;
    assert_eq!(opened.body["ownerId"], "u-1");
    let id = opened.body["accountId"].as_str().unwrap();
    let by = |caller: &str, amount| bank.keyed(post(&euros(amount))).caller(caller);
    let deposited = bank.deposit(id, by("u-2", 9)).await;
    assert_eq!(
        (deposited.status, deposited.body),
        (201, json!({ "accountId": id })),
        "neither the balance nor the owner"
    );
    let deposited = bank.deposit(id, by("u-1", 1)).await;
    assert_eq!(
        (&deposited.body["balance"], &deposited.body["ownerId"]),
        (&euros(10), &json!("u-1"))
    );
    assert_eq!(bank.withdraw(id, by("u-2", 1)).await.status, 403);
    assert_eq!(
        bank.withdraw(id, bank.keyed(post(&euros(1)))).await.status,
        403,
        "who is nobody is not the owner"
    );
    let other = bank.with(0).await;
    let transfer = json!({ "from": id, "to": other, "amount": 1, "currency": "EUR" });
    let taken = bank.transfer(bank.keyed(post(&transfer)).caller("u-2")).await;
    assert_eq!(taken.status, 403);
    assert_eq!(bank.account(id).await.status, 403);
    let events = bank.events.clone();
    let seen = get(&format!("/accounts/{id}")).caller("u-1");
    let seen = seen.to(&GetAccount { events }).await;
    assert_eq!(seen.body["balance"], euros(10));
    assert_eq!(bank.withdraw(id, by("u-1", 10)).await.status, 201);
}

#[tokio::test]
async fn an_account_is_shown_as_it_was_at_a_version_or_a_time() {
    let bank = Bank::open().await;
    let id = bank.with(0).await;
    for _ in 0..3 {
        bank.bench.pass(Duration::from_secs(60));
        bank.deposit(&id, bank.keyed(post(&euros(10)))).await;
    }
    for (query, version, amount) in [
        ("version=1", 1, 0),
        ("version=3", 3, 20),
        ("version=4", 4, 30),
        ("time=2026-01-15T10:00:00Z", 1, 0),
        ("time=2026-01-15T10:01:59.999Z", 2, 10),
        ("time=2026-01-15T11:02:00%2B01:00", 3, 20),
        ("time=2030-01-01T00:00:00Z", 4, 30),
        ("version=1&time=2026-01-15T10:01:59.999Z", 1, 0),
        ("version=2&time=2026-01-15T10:01:59.999Z", 2, 10),
    ] {
        let shown = bank.account(&format!("{id}?{query}")).await;
        assert_eq!(shown.status, 200, "{query}: {shown:?}");
        assert_eq!(
            (&shown.body["version"], &shown.body["balance"]),
            (&json!(version), &euros(amount)),
            "{query}"
        );
    }
    for (query, status) in [
        ("version=0", 404),
        ("version=5", 404),
        ("time=2026-01-15T09:59:59Z", 404),
        ("version=-1", 400),
        ("version=all", 400),
        ("time=yesterday", 400),
        ("time=", 400),
        ("version=3&time=2026-01-15T10:01:59.999Z", 404),
        ("version=1&time=2026-01-15T09:59:59Z", 404),
    ] {
        let refused = bank.account(&format!("{id}?{query}")).await;
        assert_eq!(refused.status, status, "{query}: {refused:?}");
        if status == 400 {
            let parameter = refused.body["errors"][0]["parameter"].as_str().unwrap();
            assert!(query.contains(parameter), "{query}: {refused:?}");
        }
    }
    assert_eq!(bank.account("acc-0").await.status, 404);
}

#[tokio::test]
async fn a_user_signs_up_and_changes_and_is_shown_as_they_were() {
    let bank = Bank::open().await;
    let ada = json!({ "name": "Ada", "email": "ada@example.com", "plan": "plus" });
    let signed_up = bank.register(post(&ada).caller("u-1")).await;
    assert_eq!(signed_up.status, 201, "{signed_up:?}");
    let changed = json!({ "userId": "u-1", "version": 1 });
    assert_eq!(
        signed_up.body, changed,
        "nothing personal is in an answer that is kept"
    );
    let ada_was =
        json!({ "userId": "u-1", "version": 1, "name": "Ada", "email": "ada@example.com", "plan": "plus" });
    assert_eq!(bank.user("u-1").await.body, ada_was);
    assert_eq!(bank.register(post(&ada).caller("u-1")).await.status, 409);
    let renamed = bank
        .rename("u-1", post(&json!({ "name": "Ada King" })).caller("u-1"))
        .await;
    assert_eq!((renamed.status, &renamed.body["version"]), (200, &json!(2)));
    let again = bank
        .rename("u-1", post(&json!({ "name": "Ada King" })).caller("u-1"))
        .await;
    assert_eq!(again, renamed);
    let moved = bank
        .change_email("u-1", post(&json!({ "email": "a@king.example" })).caller("u-1"))
        .await;
    assert_eq!(moved.body["version"], 3);
    let ada_is = json!({ "userId": "u-1", "version": 3, "name": "Ada King", "email": "a@king.example", "plan": "plus" });
    assert_eq!(bank.user("u-1").await.body, ada_is);
    assert_eq!(bank.user("u-1?version=1").await.body, ada_was);
    assert_eq!(
        bank.stated().await,
        ["user.signed_up", "user.renamed", "user.email_changed"]
    );
}

#[tokio::test]
async fn a_user_who_is_erased_is_still_one_and_has_neither_name_nor_address() {
    let bank = Bank::open().await;
    let ada = json!({ "name": "Ada", "email": "ada@example.com" });
    bank.register(bank.keyed(post(&ada)).caller("u-1")).await;
    bank.rename("u-1", post(&json!({ "name": "Ada King" })).caller("u-1"))
        .await;
    for table in [&EVENTS, &IDEMPOTENCY] {
        let rows = json!(bank.bench.rows(table).await).to_string();
        assert!(!rows.contains("Ada") && !rows.contains("ada@"), "{rows}");
    }

    bank.bench.person_keys().forget("u-1", MOMENT).await.unwrap();
    // As a function that has just been started reads them.
    let events = bank.bench.events().await;
    let shown = get("/users/u-1").caller("u-1").to(&GetUser { events }).await.body;
    let erased = json!({ "userId": "u-1", "version": 2, "name": null, "email": null, "plan": "free" });
    assert_eq!(shown, erased);
}

#[tokio::test]
async fn a_user_is_nobody_elses_to_see_or_change() {
    let bank = Bank::open().await;
    let ada = json!({ "name": "Ada", "email": "ada@example.com" });
    bank.register(post(&ada).caller("u-1")).await;
    let (name, email) = (json!({ "name": "Eve" }), json!({ "email": "eve@example.com" }));
    for (caller, status) in [(None, 403), (Some("u-2"), 403), (Some("u-1"), 200)] {
        if caller == Some("u-1") {
            assert_eq!(
                bank.stated().await,
                ["user.signed_up"],
                "others have changed nothing"
            );
        }
        let by = |call: Call| match caller {
            Some(caller) => call.caller(caller),
            None => call,
        };
        let events = bank.events.clone();
        let answered = [
            bank.rename("u-1", by(post(&name))).await,
            bank.change_email("u-1", by(post(&email))).await,
            by(get("/users/u-1")).to(&GetUser { events }).await,
        ];
        for answered in answered {
            assert_eq!(answered.status, status, "{caller:?}: {answered:?}");
        }
    }
}

#[tokio::test]
async fn a_sign_up_with_a_key_makes_one_user_and_without_one_each_makes_its_own() {
    let bank = Bank::open().await;
    let ada = json!({ "name": "Ada", "email": "ada@example.com" });
    let keyed = bank.keyed(post(&ada));
    let first = bank.register(keyed.clone()).await;
    let id = first.body["userId"].as_str().unwrap();
    assert_eq!(bank.user(id).await.body["plan"], "free");
    assert_eq!(bank.register(keyed).await, first);
    assert_eq!(bank.register(post(&ada)).await.status, 201);
    assert_eq!(bank.stated().await.len(), 2);
    for (wrong, pointer) in [
        (json!({ "name": "", "email": "ada@example.com" }), "#/name"),
        (json!({ "name": "Ada", "email": "ada" }), "#/email"),
        (
            json!({ "name": "Ada", "email": "ada@example.com", "plan": "gold" }),
            "#/plan",
        ),
        (
            json!({ "name": "Ada", "email": "ada@example.com", "userId": "u-9" }),
            "#/userId",
        ),
    ] {
        let refused = bank.register(post(&wrong)).await;
        assert_eq!(
            (refused.status, pointers(&refused)),
            (422, vec![pointer]),
            "{refused:?}"
        );
    }
    let renamed = post(&json!({ "name": "Ada" })).caller("u-9");
    assert_eq!(bank.rename("u-9", renamed).await.status, 404);
    assert_eq!(bank.user("u-9").await.status, 404);
    assert_eq!(bank.stated().await.len(), 2);
}
