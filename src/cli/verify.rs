//! `whatif verify`: the kernel alone, on answers from a file.

use super::args::{CheckFormat, Verify};
use super::output::Output;
use super::status;
use std::io::Read;
use whatif::json::{self, MAX_DOCUMENT, Outcome, Verified};

/// Says which answers the kernel accepts, and why not the others.
pub fn verify(args: &Verify, output: &mut Output) -> u8 {
    match read(args).and_then(|text| json::verify(&text)) {
        Ok(all) => {
            let refused = all.iter().any(|one| matches!(one.outcome, Outcome::Refused(_)));
            output.text(&match args.format {
                CheckFormat::Text => told(&all),
                CheckFormat::Json => format!("{:#}\n", document(&all)),
            });
            if refused { status::OTHERWISE } else { status::FINE }
        }
        Err(why) => {
            match args.format {
                CheckFormat::Json => output.text(&format!("{:#}\n", serde_json::json!({ "error": why }))),
                CheckFormat::Text => eprint(&format!("cannot verify {}: {why}\n", args.file.display())),
            }
            status::INPUT
        }
    }
}

fn read(args: &Verify) -> Result<String, String> {
    let mut bytes = Vec::new();
    let most = MAX_DOCUMENT as u64 + 1;
    let result = if args.file.as_os_str() == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(&args.file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    result.map_err(|error| error.to_string())?;
    if bytes.len() > MAX_DOCUMENT {
        return Err(format!("the document is larger than {} MiB", MAX_DOCUMENT >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

fn eprint(text: &str) {
    use std::io::Write;
    // Where standard error is closed there is nobody to tell.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn told(all: &[Verified]) -> String {
    let mut text = String::new();
    let (mut accepted, mut refused, mut without) = (0, 0, 0);
    for one in all {
        match &one.outcome {
            Outcome::Accepted(_) => accepted += 1,
            Outcome::NothingToCheck => without += 1,
            Outcome::Refused(why) => {
                refused += 1;
                let name = one.name.as_deref().or(one.text.as_deref()).unwrap_or_default();
                let step = why.step.map(|step| format!("step {step}: ")).unwrap_or_default();
                text += &format!("answer {} {name}\n  refused: {step}{}\n", one.id, why.reason);
            }
        }
    }
    text + &format!("{accepted} accepted, {refused} refused, {without} with nothing to check\n")
}

fn document(all: &[Verified]) -> serde_json::Value {
    let one = |one: &Verified| {
        let mut value = serde_json::json!({ "id": one.id, "name": one.name, "text": one.text });
        match &one.outcome {
            Outcome::Accepted(number) => {
                value["outcome"] = "accepted".into();
                value["certificates"] = (*number).into();
            }
            Outcome::NothingToCheck => value["outcome"] = "nothing_to_check".into(),
            Outcome::Refused(why) => {
                value["outcome"] = "refused".into();
                value["refused"] = serde_json::json!({ "step": why.step, "reason": why.reason });
            }
        }
        value
    };
    serde_json::json!({ "schema": "whatif/1", "verified": all.iter().map(one).collect::<Vec<_>>() })
}
