//! Values that differ from another in one place.

use serde_json::{Value, json};

/// A member that no contract has.
const UNKNOWN: &str = "nobodyKnowsThis";

/// Everything that differs from `value` in one place. `words` are texts to try in the place of
/// others.
pub fn mutants(value: &Value, words: &[Value]) -> Vec<Value> {
    let mut mutants = Vec::new();
    let mut places = Vec::new();
    collect(value, String::new(), &mut places);
    for place in &places {
        for replacement in replacements(words) {
            mutants.push(changed(value, place, |there| *there = replacement.clone()));
        }
        let there = value.pointer(place).expect("a place of the value");
        for name in there.as_object().into_iter().flat_map(|members| members.keys()) {
            mutants.push(changed(value, place, |there| {
                drop(there.as_object_mut().and_then(|members| members.remove(name)))
            }));
        }
        if there.is_object() {
            mutants.push(changed(value, place, |there| {
                there[UNKNOWN] = json!({ "a": [1] })
            }));
        }
        if let Some([first, ..]) = there.as_array().map(Vec::as_slice) {
            mutants.push(changed(value, place, |there| {
                there.as_array_mut().expect("an array").push(first.clone())
            }));
        }
    }
    mutants
}

/// What may stand anywhere. No integral number with a fraction (`1.0`), which is an integer by JSON
/// Schema and none by serde; and no array in which a struct's fields stand in their order, which
/// serde reads: the envelope lets none through at the top.
fn replacements(words: &[Value]) -> Vec<Value> {
    let others = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1_u64 << 32),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("another word"),
        json!([]),
        json!({}),
        json!({ "sealed": { "person": "usr-1" } }),
        json!({ "sealed": { "person": "usr-1", "data": "AAAA" } }),
        json!({ "sealed": { "person": "usr-1", "data": "AAAA" }, "new": 1 }),
        json!({ "sealed": { "person": "usr-1", "new": 1 } }),
        json!({ "sealed": "AAAA" }),
    ];
    others.into_iter().chain(words.iter().cloned()).collect()
}

fn changed(value: &Value, place: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut mutant = value.clone();
    change(mutant.pointer_mut(place).expect("a place of the value"));
    mutant
}

fn collect(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| collect(value, format!("{place}/{name}"), places)),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .for_each(|(index, value)| collect(value, format!("{place}/{index}"), places)),
        _ => {}
    }
    places.push(place);
}

/// The texts that a schema names.
pub fn words(schema: &Value) -> Vec<Value> {
    let mut words = Vec::new();
    collect_words(schema, &mut words);
    words.dedup();
    words
}

fn collect_words(schema: &Value, words: &mut Vec<Value>) {
    match schema {
        Value::Array(schemas) => schemas.iter().for_each(|schema| collect_words(schema, words)),
        Value::Object(members) => {
            words.extend(members.get("const").cloned());
            let all = members.get("enum").and_then(Value::as_array);
            words.extend(all.into_iter().flatten().take(3).cloned());
            members.values().for_each(|schema| collect_words(schema, words));
        }
        _ => {}
    }
}
