//! Puts the samples and schemas of `events/` into the program, so that it knows them wherever it
//! runs.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let events = Path::new(&env::var("CARGO_MANIFEST_DIR")?)
        .join("../../events")
        .canonicalize()?;
    println!("cargo:rerun-if-changed={}", events.display());
    let mut files = Vec::new();
    for folder in fs::read_dir(&events)? {
        let folder = folder?.path();
        if folder.ends_with("invocations") || !folder.is_dir() {
            continue;
        }
        for file in fs::read_dir(&folder)? {
            let file = file?.path();
            files.push((
                file.strip_prefix(&events)?.to_string_lossy().replace('\\', "/"),
                file,
            ));
        }
    }
    files.sort();
    let mut list = String::from("static EVENTS: &[(&str, &str)] = &[\n");
    for (name, file) in files {
        writeln!(list, "    ({name:?}, include_str!({file:?})),")?;
    }
    list.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("events.rs"), list)?;
    Ok(())
}
