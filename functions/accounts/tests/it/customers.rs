//! Customers and profiles, as their callers meet them.

use accounts::{
    CreateProfile, GetCustomer, GetProfile, UpdateCustomer, aggregate::Customer, create_profile::PROFILES,
};
use serde_json::{Value, json};
use storefront_contracts::{CustomerUpdated, Plan, UserSignedUp};
use tidings_aws::event_store::AsOf;
use tidings_core::{Incoming as _, catalogue::EVENTS};
use tidings_testkit::{Answered, Bench, Call, get, given, post, time::MOMENT};

fn ada() -> Value {
    json!({
        "name": "Ada",
        "email": "ada@example.com",
        "phone": "+44 20 7946 0018",
        "address": {
            "lines": ["12 St James's Square"],
            "postalCode": "SW1Y 4JH",
            "city": "London",
            "country": "GB",
        },
    })
}

fn moved() -> Value {
    let mut ada = ada();
    ada["address"] = json!({ "lines": ["Rue A", "3e"], "city": "Paris", "country": "FR" });
    ada.as_object_mut().unwrap().remove("phone");
    ada
}

async fn update(bench: &Bench, call: Call) -> Answered {
    let events = bench.events().await;
    call.at("/customers/u-1").to(&UpdateCustomer { events }).await
}

async fn shown(bench: &Bench, call: Call) -> Answered {
    let events = bench.events().await;
    call.to(&GetCustomer { events }).await
}

#[tokio::test]
async fn a_customer_is_told_whole_and_shown_as_they_are_and_were() {
    let bench = Bench::open().await;
    let answered = update(&bench, post(&ada()).caller("u-1")).await;
    let first = json!({ "customerId": "u-1", "version": 1 });
    assert_eq!(
        (answered.status, &answered.body),
        (200, &first),
        "nothing personal in it"
    );
    assert_eq!(
        update(&bench, post(&ada()).caller("u-1")).await.body,
        first,
        "nothing has changed"
    );
    assert_eq!(
        update(&bench, post(&moved()).caller("u-1")).await.body["version"],
        2
    );

    let mut now = moved();
    now["customerId"] = json!("u-1");
    now["version"] = json!(2);
    assert_eq!(shown(&bench, get("/customers/u-1").caller("u-1")).await.body, now);
    let was = shown(&bench, get("/customers/u-1?version=1").caller("u-1"))
        .await
        .body;
    assert_eq!(
        (&was["phone"], &was["address"]),
        (&ada()["phone"], &ada()["address"])
    );
    assert_eq!(
        shown(&bench, get("/customers/u-2").caller("u-2")).await.status,
        404
    );

    let told = bench.stated().await;
    let told: Vec<_> = told
        .iter()
        .map(|event| (event.event_type.as_str(), event.aggregateversion))
        .collect();
    assert_eq!(
        told,
        [("customer.updated", Some(1)), ("customer.updated", Some(2))]
    );
    let event = bench
        .keyring()
        .open(bench.stated().await.remove(1))
        .await
        .unwrap();
    let event = CustomerUpdated::decode(&event).unwrap();
    assert_eq!(event.address.read().unwrap().city, "Paris");
    assert!(event.phone.is_none());
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_its_fields_and_tells_nothing() {
    let bench = Bench::open().await;
    let with = |pointer: &str, value: Value| {
        let mut body = ada();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let mut strange = ada();
    strange["address"]["zip"] = json!("SW1Y 4JH");
    let mut without = ada();
    without.as_object_mut().unwrap().remove("address");
    for (body, pointer) in [
        (with("/name", json!("")), "#/name"),
        (with("/email", json!("ada")), "#/email"),
        (with("/phone", json!("x")), "#/phone"),
        (with("/address/lines", json!([])), "#/address/lines"),
        (with("/address/lines/0", json!("a\nb")), "#/address/lines/0"),
        (with("/address/lines/0", json!(7)), "#/address/lines/0"),
        (with("/address/city", json!(" ")), "#/address/city"),
        (with("/address/country", json!("XX")), "#/address/country"),
        (strange, "#/address/zip"),
        (without, "#/address"),
    ] {
        let refused = update(&bench, post(&body).caller("u-1")).await;
        let pointers: Vec<_> = refused.body["errors"].as_array().unwrap().iter().collect();
        assert_eq!((refused.status, pointers.len()), (422, 1), "{refused:?}");
        assert_eq!(pointers[0]["pointer"], pointer, "{refused:?}");
    }
    assert!(bench.stated().await.is_empty());
}

#[tokio::test]
async fn a_customer_is_nobody_elses_to_see_or_change() {
    let bench = Bench::open().await;
    update(&bench, post(&ada()).caller("u-1")).await;
    for stranger in [|call: Call| call.caller("u-2"), |call: Call| call] {
        let changed = update(&bench, stranger(post(&moved()))).await;
        let seen = shown(&bench, stranger(get("/customers/u-1"))).await;
        assert_eq!((changed.status, seen.status), (403, 403));
        assert!(!seen.body.to_string().contains("London"));
    }
    assert_eq!(bench.stated().await.len(), 1);
}

#[tokio::test]
async fn a_customer_who_is_erased_is_one_of_whom_nothing_is_known() {
    let bench = Bench::open().await;
    update(&bench, post(&ada()).caller("u-1")).await;
    let rows = json!(bench.rows(&EVENTS).await).to_string();
    for personal in ["Ada", "ada@", "7946", "London", "SW1Y"] {
        assert!(!rows.contains(personal), "{personal}");
    }
    bench.person_keys().forget("u-1", MOMENT).await.unwrap();
    let erased = json!({ "customerId": "u-1", "version": 1, "name": null, "email": null, "phone": null, "address": null });
    assert_eq!(
        shown(&bench, get("/customers/u-1").caller("u-1")).await.body,
        erased
    );

    // No new key is made for them: what is told afterwards is not kept.
    assert_eq!(
        update(&bench, post(&moved()).caller("u-1")).await.body["version"],
        2
    );
    let events = bench.events().await;
    let customer = events.load::<Customer>("u-1", AsOf::Now).await.unwrap();
    assert!(customer.state.known().unwrap().address.is_erased());
}

#[tokio::test]
async fn a_profile_is_shown_to_whom_it_is_about() {
    let bench = Bench::open().await;
    bench.table(&PROFILES).await;
    let (dynamodb, table) = (bench.dynamodb(), PROFILES.name.to_owned());
    let query = GetProfile { dynamodb, table };
    let path = "/users/u-1/profile";
    assert_eq!(get(path).caller("u-1").to(&query).await.status, 404);
    let signed_up = UserSignedUp {
        user_id: "u-1".into(),
        name: "Ada".into(),
        email: "ada@example.com".into(),
        plan: Plan::Free,
    };
    bench
        .worker(CreateProfile)
        .await
        .deliver([given(&signed_up)])
        .await;
    let profile = json!({ "userId": "u-1", "plan": "free", "memberSince": "2026-01-15T10:00:00Z" });
    assert_eq!(get(path).caller("u-1").to(&query).await.body, profile);
    assert_eq!(get(path).caller("u-2").to(&query).await.status, 403);
    assert_eq!(get(path).to(&query).await.status, 403);
}
