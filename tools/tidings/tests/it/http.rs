//! The HTTP surface of the local run, and its description: what is described is what is read and answered.

use std::{collections::BTreeSet, process::Command};

use serde_json::{Value, json};

use crate::running::{Local, TIDINGS};

/// The OpenAPI 3.1 schema of the OpenAPI Initiative (https://spec.openapis.org/oas/3.1/schema/2022-10-07).
const OPENAPI: &str = include_str!("openapi-3.1.json");

/// The publishers that a storefront has.
const PUBLISHERS: [(&str, &str, &str); 12] = [
    ("register-user", "post", "/users"),
    ("rename-user", "put", "/users/{id}/name"),
    ("change-email", "put", "/users/{id}/email"),
    ("update-customer", "put", "/customers/{id}"),
    ("place-order", "post", "/orders"),
    ("change-order-status", "put", "/orders/{id}/status"),
    ("cancel-order", "post", "/orders/{id}/cancellation"),
    ("receive-stock", "post", "/stock/{sku}/receipts"),
    ("open-account", "post", "/accounts"),
    ("deposit", "post", "/accounts/{id}/deposits"),
    ("withdraw", "post", "/accounts/{id}/withdrawals"),
    ("transfer", "post", "/transfers"),
];

/// The path, with its one parameter.
fn with(path: &str, parameter: &str) -> String {
    match (path.split_once('{'), path.split_once('}')) {
        (Some((before, _)), Some((_, behind))) => format!("{before}{parameter}{behind}"),
        _ => path.to_owned(),
    }
}

fn document() -> Value {
    let printed = Command::new(TIDINGS).arg("openapi").output().unwrap();
    assert!(
        printed.status.success(),
        "{}",
        String::from_utf8_lossy(&printed.stderr)
    );
    serde_json::from_slice(&printed.stdout).unwrap()
}

/// Every operation, with its path and its method.
fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (path, method, operation))
    })
}

fn operation<'a>(document: &'a Value, id: &str) -> (&'a String, &'a String, &'a Value) {
    let mut operations = operations(document);
    let found = operations.find(|(_, _, operation)| operation["operationId"] == id);
    found.unwrap_or_else(|| panic!("no operation is called {id}"))
}

/// What is wrong with `value` by this schema of the document.
fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    validator
        .iter_errors(value)
        .map(|error| error.to_string())
        .collect()
}

/// The schema of the answer with this status.
fn answer_schema(document: &Value, operation: &Value, status: u16) -> Value {
    let responses = &operation["responses"];
    let response = responses.get(status.to_string()).unwrap_or(&responses["default"]);
    let response = match response["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => response,
    };
    let [content] = response["content"]
        .as_object()
        .unwrap()
        .values()
        .collect::<Vec<_>>()[..]
    else {
        panic!("one media type: {response}")
    };
    content["schema"].clone()
}

#[test]
fn the_description_is_openapi_3_1_and_its_schemas_are_json_schemas() {
    let document = document();
    let schema = serde_json::from_str(OPENAPI).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<_> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(faults, [""; 0]);
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}");
    }
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap()),
            "{method} {path}"
        );
    }
}

#[test]
fn every_publisher_is_there_at_its_place_and_what_moves_money_or_stock_needs_a_key() {
    let document = document();
    for (id, method, path) in PUBLISHERS {
        let (at, by, operation) = operation(&document, id);
        assert_eq!((by.as_str(), at.as_str()), (method, path), "{id}");
        let needs = operation.to_string().contains("IdempotencyKeyRequired");
        let moves = [
            "place-order",
            "receive-stock",
            "open-account",
            "deposit",
            "withdraw",
            "transfer",
        ];
        assert!(
            needs || !moves.contains(&id),
            "{id} moves money or stock and needs no key"
        );
    }
}

/// A request to every operation, of a visitor who goes through the shop; later ones name what the earlier ones made.
struct Visit {
    local: Local,
    document: Value,
    asked: BTreeSet<String>,
    /// Who they are.
    caller: &'static str,
}

impl Visit {
    /// Asks, and holds the request and the answer against their schemas.
    fn ask(&mut self, id: &str, parameter: &str, query: &str, body: &Value) -> Value {
        let (path, method, operation) = operation(&self.document, id);
        let described = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !described.is_null() {
            assert_eq!(
                faults(&self.document, described, body),
                [""; 0],
                "the body of {id}"
            );
        }
        for name in query.split('&').filter_map(|pair| Some(pair.split_once('=')?.0)) {
            let parameters = operation["parameters"].as_array().unwrap();
            assert!(parameters.iter().any(|one| one["name"] == name), "{id}: {name}");
        }
        let target = format!("{}?{query}", with(path, parameter));
        let key = format!("{id}-{}-{}", self.caller, self.asked.len());
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
            ("x-caller", self.caller),
        ];
        let text = if described.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let (status, _, answer) = self.local.ask(&method.to_uppercase(), &target, &headers, &text);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(status < 300, "{id}: {answer}");
        assert!(
            operation["responses"].get(status.to_string()).is_some(),
            "{id}: {status}"
        );
        let schema = answer_schema(&self.document, operation, status);
        assert_eq!(
            faults(&self.document, &schema, &answer),
            [""; 0],
            "the answer of {id}: {answer}"
        );
        self.asked.insert(id.to_owned());
        answer
    }
}

#[test]
fn every_endpoint_reads_and_answers_what_its_description_says() {
    let mut local = Local::start(&[]);
    let order: Value = serde_json::from_str(&local.printed_order()).unwrap();
    let document: Value = serde_json::from_str(&local.ask("GET", "/openapi.json", &[], "").2).unwrap();
    let mut visit = Visit {
        local,
        document,
        asked: BTreeSet::new(),
        caller: "usr-ada",
    };
    let none = json!(null);
    let id = |answer: &Value, name: &str| answer[name].as_str().unwrap().to_owned();

    let ada = json!({ "name": "Ada", "email": "ada@example.com", "plan": "plus" });
    let user = id(&visit.ask("register-user", "", "", &ada), "userId");
    visit.ask("rename-user", &user, "", &json!({ "name": "Ada King" }));
    visit.ask("change-email", &user, "", &json!({ "email": "king@example.com" }));
    visit.ask("get-user", &user, "version=2", &none);
    visit.local.says(&["✓ create-profile"]);
    visit.ask("get-profile", &user, "", &none);
    let address = json!({ "lines": ["12 St James's Square"], "postalCode": "SW1Y 4JH", "city": "London", "country": "GB" });
    let customer =
        json!({ "name": "Ada", "email": "ada@example.com", "phone": "+44 20 7946 0018", "address": address });
    visit.ask("update-customer", &user, "", &customer);
    visit.ask("get-customer", &user, "", &none);

    let euro = json!({ "currency": "EUR" });
    let from = id(&visit.ask("open-account", "", "", &euro), "accountId");
    let to = id(&visit.ask("open-account", "", "", &euro), "accountId");
    visit.ask(
        "deposit",
        &from,
        "",
        &json!({ "amount": 1000, "currency": "EUR" }),
    );
    visit.ask("withdraw", &from, "", &json!({ "amount": 1, "currency": "EUR" }));
    let transfer = json!({ "from": from, "to": to, "amount": 500, "currency": "EUR" });
    visit.ask("transfer", "", "", &transfer);
    visit.ask("get-account", &from, "", &none);

    visit.ask("receive-stock", "mug-red", "", &json!({ "quantity": 7 }));
    visit.ask("get-stock", "mug-red", "", &none);
    let placed = id(&visit.ask("place-order", "", "", &order), "orderId");
    visit.local.says(&["✓ create-shipment"]);
    visit.ask("get-shipment", &placed, "", &none);
    visit.ask("list-orders", "", "user=usr-ada&limit=10", &none);
    // Where Bob lives nobody knows, so nothing is packed for him.
    visit.caller = "usr-bob";
    let placed = id(&visit.ask("place-order", "", "", &order), "orderId");
    let changed = visit.ask("change-order-status", &placed, "", &json!({ "status": "paid" }));
    let after = format!("after={}", id(&changed, "token"));
    visit.ask("get-order", &placed, &after, &none);
    visit.ask("get-order-summary", &placed, &after, &none);
    visit.ask("cancel-order", &placed, "", &json!({ "reason": "too slow" }));
    visit.ask("get-dashboard", "", "day=2026-01-15", &none);
    visit.ask("get-recommendations", "mug-blue", "limit=3", &none);
    visit.ask("get-shipping-quote", "", "country=FR&weight=1200", &none);

    let described = operations(&visit.document).map(|(_, _, operation)| id(operation, "operationId"));
    assert_eq!(
        visit.asked,
        described.collect(),
        "an endpoint is described and not asked here"
    );
}

#[test]
fn what_is_no_json_or_too_large_or_against_the_schema_is_refused_as_described_and_publishes_nothing() {
    let mut local = Local::start(&[]);
    let order = local.printed_order();
    let document = document();
    let large = format!(r#"{{"name":"{}"}}"#, "x".repeat(200_000));
    for (path, method, operation) in operations(&document) {
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        if body.is_null() {
            continue;
        }
        let path = with(path, "x");
        let refused = [
            ("{", 400),
            (large.as_str(), 413),
            ("{}", 422),
            (r#"{"unknown":1}"#, 422),
        ];
        for (text, expected) in refused {
            let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
            let (status, answered, problem) = local.ask(&method.to_uppercase(), &path, &headers, text);
            assert_eq!(status, expected, "{method} {path}: {problem}");
            assert_eq!(answered["content-type"], "application/problem+json");
            let problem: Value = serde_json::from_str(&problem).unwrap();
            let schema = answer_schema(&document, operation, status);
            assert_eq!(
                faults(&document, &schema, &problem),
                [""; 0],
                "{method} {path}: {problem}"
            );
            assert!(
                operation["responses"].get(expected.to_string()).is_some(),
                "{method} {path}: {expected}"
            );
            if expected == 422 {
                let value: Value = serde_json::from_str(text).unwrap();
                assert_ne!(
                    faults(&document, body, &value),
                    [""; 0],
                    "{method} {path} takes {text}"
                );
            }
        }
    }
    // The first event of the run is that of a request that is served.
    let placed = local.request("POST", "/orders", &order);
    assert!(placed.0 < 300, "{placed:?}");
    let mut events = local
        .lines
        .by_ref()
        .map(Result::unwrap)
        .filter(|line| line.contains("  + "));
    assert!(
        events
            .next()
            .unwrap()
            .contains(placed.1["orderId"].as_str().unwrap())
    );
}

#[test]
fn a_parameter_of_a_path_that_is_too_long_for_a_key_is_named_and_never_a_fault_of_the_service() {
    let local = Local::start(&[]);
    let mut asked = 0;
    for (path, method, _) in operations(&document()) {
        let Some((_, name)) = path.split_once('{') else {
            continue;
        };
        let (name, _) = name.split_once('}').unwrap();
        let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
        let long = with(path, &"x".repeat(3_000));
        let (status, _, problem) = local.ask(&method.to_uppercase(), &long, &headers, "{}");
        assert_eq!(status, 400, "{method} {path}: {problem}");
        let problem: Value = serde_json::from_str(&problem).unwrap();
        assert_eq!(
            problem["errors"][0]["parameter"], name,
            "{method} {path}: {problem}"
        );
        asked += 1;
    }
    assert!(asked > 10, "most endpoints are about one thing: {asked}");
}

/// The texts in a schema of a body, each with a JSON pointer to it; the first item of an array stands for all.
fn texts(schema: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    let types = &schema["type"];
    if *types == "string"
        || types
            .as_array()
            .is_some_and(|types| types.contains(&json!("string")))
    {
        found.push((pointer.to_owned(), schema.clone()));
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        texts(property, &format!("{pointer}/{name}"), found);
    }
    if !schema["items"].is_null() {
        texts(&schema["items"], &format!("{pointer}/0"), found);
    }
}

/// A value that a schema gives as its example; of an object, of all its properties.
fn example(schema: &Value) -> Value {
    if let Some(example) = schema["examples"].get(0) {
        return example.clone();
    }
    if let Some(one) = schema["enum"].get(0) {
        return one.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties
                .map(|(name, property)| (name.clone(), example(property)))
                .collect()
        }
        Some("array") => json!([example(&schema["items"])]),
        // A choice that is described word by word.
        _ => match schema["oneOf"].get(0) {
            Some(one) => one
                .get("const")
                .cloned()
                .unwrap_or_else(|| one["enum"][0].clone()),
            None => panic!("no example: {schema}"),
        },
    }
}

#[test]
fn every_text_of_a_caller_has_a_bound_that_is_described_and_what_is_longer_is_refused_by_name() {
    let local = Local::start(&[]);
    let document = document();
    let long = [2_100, 100_000].map(|characters| "x".repeat(characters));
    let mut asked = 0;
    for (path, method, operation) in operations(&document) {
        let path = with(path, "x");
        // The user whom the path is about: nobody else is told what is wrong with the request.
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", "k"),
            ("x-caller", "x"),
        ];
        let described = |schema: &Value| {
            let closed = !schema["enum"].is_null() || !schema["format"].is_null();
            assert!(
                closed || schema["maxLength"].is_u64(),
                "{method} {path}: {schema}"
            );
        };
        let body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
        if let Some(schema) = body.and_then(|body| document.pointer(body.trim_start_matches('#'))) {
            let mut found = Vec::new();
            texts(schema, "", &mut found);
            for (pointer, schema) in found {
                described(&schema);
                for text in &long {
                    let mut body = example(document.pointer(&operation_body(operation)).unwrap());
                    *body.pointer_mut(&pointer).unwrap() = json!(text);
                    let (status, _, problem) =
                        local.ask(&method.to_uppercase(), &path, &headers, &body.to_string());
                    let problem: Value = serde_json::from_str(&problem).unwrap();
                    assert_eq!(status, 422, "{method} {path} {pointer}: {problem}");
                    assert_eq!(
                        problem["errors"][0]["pointer"],
                        format!("#{pointer}"),
                        "{problem}"
                    );
                    asked += 1;
                }
            }
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        for parameter in parameters.filter(|one| one["in"] == "query" && one["schema"]["type"] == "string") {
            described(&parameter["schema"]);
            let name = parameter["name"].as_str().unwrap();
            let query = format!("{path}?{name}={}", long[0]);
            let (status, _, problem) = local.ask(&method.to_uppercase(), &query, &headers, "");
            assert!((400..500).contains(&status), "{query}: {problem}");
            asked += 1;
        }
    }
    assert!(asked > 30, "{asked}");
    let (status, _, problem) = local.ask("GET", "/orders", &[("x-caller", &long[0])], "");
    assert_eq!(status, 400, "{problem}");
}

/// Where the schema of an operation's body stands in the document.
fn operation_body(operation: &Value) -> String {
    let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    body.as_str().unwrap().trim_start_matches('#').to_owned()
}

#[test]
fn a_parameter_that_is_missing_is_named_and_an_empty_one_is_none() {
    let local = Local::start(&[]);
    for (path, name) in [
        ("/shipping-quotes", "country"),
        ("/shipping-quotes?country=FR", "weight"),
        ("/orders?user=u-1&limit=", "limit"),
        ("/orders?user=", "user"),
        ("/dashboard?day=", "day"),
        ("/accounts/a?time=", "time"),
        ("/orders/o?after=", "after"),
    ] {
        let (status, _, problem) = local.ask("GET", path, &[], "");
        let problem: Value = serde_json::from_str(&problem).unwrap();
        assert_eq!(
            (status, &problem["errors"][0]["parameter"]),
            (400, &json!(name)),
            "{path}: {problem}"
        );
    }
}

#[test]
fn another_method_is_told_which_are_taken_and_head_has_the_answer_without_its_body() {
    let local = Local::start(&[]);
    for (method, path, status, allow) in [
        ("PUT", "/orders", 405, Some("GET, HEAD, OPTIONS, POST")),
        ("OPTIONS", "/orders", 204, Some("GET, HEAD, OPTIONS, POST")),
        ("DELETE", "/accounts/a", 405, Some("GET, HEAD, OPTIONS")),
        ("POST", "/openapi.json", 405, Some("GET, HEAD, OPTIONS")),
        ("OPTIONS", "/api", 204, Some("GET, HEAD, OPTIONS")),
        ("GET", "/nowhere", 404, None),
        ("HEAD", "/stock/mug-blue", 200, None),
    ] {
        let (answered, headers, text) = local.ask(method, path, &[], "");
        assert_eq!(answered, status, "{method} {path}");
        let named = headers.get("allow").map(|methods| methods.to_str().unwrap());
        assert_eq!(named, allow, "{method} {path}");
        let problem: Option<Value> = serde_json::from_str(&text).ok();
        let expected = (status >= 400).then(|| json!(status));
        assert_eq!(
            problem.map(|problem| problem["status"].clone()),
            expected,
            "{method} {path}: {text}"
        );
    }
}

#[test]
fn pages_of_other_origins_read_answers_only_where_it_was_said() {
    let shop = "https://shop.example";
    let preflight = [
        ("origin", shop),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "idempotency-key"),
    ];
    let allowed = |local: &Local, method: &str, headers: &[(&str, &str)]| {
        let (_, headers, _) = local.ask(method, "/orders?user=guest", headers, "");
        let origin = headers.get("access-control-allow-origin");
        origin.map(|origin| origin.to_str().unwrap().to_owned())
    };
    let closed = Local::start(&[]);
    let open = Local::start(&["--cors", shop]);
    for (method, headers) in [("OPTIONS", &preflight[..]), ("GET", &preflight[..1])] {
        assert_eq!(allowed(&closed, method, headers), None, "{method}");
        assert_eq!(allowed(&open, method, headers).as_deref(), Some(shop), "{method}");
        let other = [("origin", "https://other.example"), preflight[1]];
        assert_eq!(allowed(&open, method, &other), None, "{method}");
    }
    let (_, headers, _) = open.ask("OPTIONS", "/orders", &preflight, "");
    let named = headers["access-control-allow-headers"].to_str().unwrap();
    assert!(
        named.contains("idempotency-key") && named.contains("order-secret"),
        "{named}"
    );
}

#[test]
fn the_page_names_every_operation_and_needs_nothing_from_elsewhere() {
    let local = Local::start(&[]);
    let (status, headers, page) = local.ask("GET", "/api", &[], "");
    assert_eq!(
        (status, &headers["content-type"]),
        (200, &"text/html; charset=utf-8".parse().unwrap())
    );
    for (path, _, operation) in operations(&document()) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(
            page.contains(&format!("id=\"{id}\"")) && page.contains(path.as_str()),
            "{id}"
        );
    }
    for foreign in ["<script", "src=", "url(", "href=\"http"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}
