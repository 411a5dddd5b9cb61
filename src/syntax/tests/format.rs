//! Formatting changes no meaning, loses no comment, and is done once.

use super::random;
use super::roundtrip::{meaning, runner};
use crate::source::Source;
use crate::syntax::cut::{Step, Text};
use crate::syntax::print::{self, Style};
use crate::syntax::{self, parse};
use proptest::collection::vec;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn is_good(text: &str) -> bool {
    parse(&Source::new("test", text)).1.is_empty()
}

fn formatted(text: &str) -> String {
    match syntax::format(&Source::new("test", text)) {
        Ok(text) => text,
        Err(diagnostics) => panic!("{text:?}: {diagnostics:#?}"),
    }
}

/// The comments, and everything else without blanks and `;`, as the cutter sees them.
fn content(text: &str) -> (Vec<String>, String) {
    let walk = Text::new(text);
    let (mut comments, mut rest) = (Vec::new(), String::new());
    let mut at = 0;
    while at < walk.end {
        let (step, next) = walk.step(at);
        let part = walk.slice(at..next);
        if step == Step::Comment {
            comments.push(part.lines().map(str::trim).collect::<Vec<_>>().join("\n"));
        } else if step == Step::Quoted {
            rest.push_str(part);
        } else {
            rest.extend(part.chars().filter(|c| !c.is_whitespace() && !matches!(c, ';' | '\u{feff}')));
        }
        at = next;
    }
    (comments, rest)
}

/// All that must hold of a good text and its formatted twin.
fn check(text: &str) -> Result<(), TestCaseError> {
    let once = formatted(text);
    let (tree, _) = parse(&Source::new("test", text));
    let (again, diagnostics) = parse(&Source::new("test", once.as_str()));
    prop_assert!(diagnostics.is_empty(), "{text:?}\n{once}\n{diagnostics:#?}");
    prop_assert_eq!(meaning(&again), meaning(&tree), "{:?}\n{}", text, once);
    prop_assert_eq!(content(&once), content(text), "{:?}\n{}", text, once);
    prop_assert_eq!(&formatted(&once), &once, "{:?}", text);
    for line in once.lines() {
        prop_assert!(!line.ends_with([' ', '\t', '\r']), "{line:?}");
    }
    prop_assert!(!once.contains("\n\n\n") && !once.starts_with('\n') && !once.ends_with("\n\n"), "{once:?}");
    Ok(())
}

/// What a person may put between two signs.
const NOISE: [&str; 16] = [
    "/* c */",
    " /* d */ ",
    " // e\n",
    "# f\n",
    "\n/// g\n",
    "\n",
    "\n\n\n",
    "\t ",
    "\r\n",
    "/* h\n   i */",
    ";",
    " ; ",
    "\u{a0}",
    "\u{c}",
    "//\n",
    "",
];

/// Puts noise between the signs of a text, or takes blanks and line ends away, wherever the text stays a good one.
fn sprinkle(mut text: String, noise: &[(usize, usize)]) -> String {
    for &(place, what) in noise {
        let walk = Text::new(&text);
        let start = 0..0;
        let mut places = vec![start];
        let mut at = 0;
        while at < walk.end {
            let (step, next) = walk.step(at);
            if matches!(step, Step::Blank | Step::Newline) {
                places.push(at..next);
            }
            places.push(next..next);
            at = next;
        }
        let range = places[place % places.len()].clone();
        let mut changed = text.clone();
        changed.replace_range(range, NOISE[what % NOISE.len()]);
        if is_good(&changed) {
            text = changed;
        }
    }
    text
}

#[test]
fn random_texts_with_comments_keep_meaning_and_comments() {
    let noise = vec((any::<u16>().prop_map(usize::from), any::<u8>().prop_map(usize::from)), 0..40);
    let both = |text: String, noise: &[(usize, usize)]| {
        check(&text)?;
        check(&sprinkle(text, noise))
    };
    for style in [Style::Ascii, Style::Unicode] {
        let outcome =
            runner(700).run(&(random::tree(), noise.clone()), |(tree, noise)| both(print::tree(&tree, style), &noise));
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
    }
    let outcome =
        runner(500).run(&(random::models(), noise), |(tree, noise)| both(print::tree(&tree, Style::Ascii), &noise));
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

fn causal_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            causal_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "causal") {
            found.push(path);
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test may read files")]
fn files_of_the_project_keep_meaning_and_comments() {
    let mut files = Vec::new();
    for folder in ["examples", "tests/corpus", "tests/proofs"] {
        causal_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    assert!(files.len() > 50, "{}", files.len());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        if is_good(&text) {
            check(&text).unwrap_or_else(|failure| panic!("{}: {failure}", path.display()));
        }
    }
}

#[test]
fn files_look_like_this() {
    let text = "\u{feff}


# what it is about
/// documented
graph   churn{service->engagement   ->churn;service  ->churn; // both

    /* a long
       remark */
  latent u,w


  u [latent,pos = \"0,1\"]  ; \"carry matches\"<->{ a b,c }[ beta = -.5; x=1 ]
  a   // short
  engagement <->   b # longer
    // in a chain
  a ->
  // why
  d
    -> e; o->f
  }
graph{x->y;x<->y;} P(y|do (x)) ; P ( y );
  dag

{ x -> y }
total:P(y|do(x=low),z')   in churn
var a,b:{no ,-1, \"x y\"};var c : 0 .. 3
let   q=(1/2)* a'-  - b/c+2 P(y)\u{b7}(a)(b)
expect   not   -a==sum _ {z,w}-P(z|w)/\\sum{w}P(w)
x _||_ y|z in G [over x;under z] ;x\u{2aeb}y in  [ over x ]
expect P(y | do(x)) = ( // from here
sum_{z} P(y | x,
z) /* b */, w
)
adjust P(y|do(x)) with a,b without c
"
    .replace(", w\n)", "\n)");
    insta::assert_snapshot!("format", formatted(&text));
    let proof = "proof P(y|do(x)) // head\n{=sum_{z} P(y|do(x),z) P(z|do(x)) by M,P\n  = sum_{z} P(y|x,z) P(z|do(x))\n\
                 by rule   2{y _||_ x|z in[under x]} // seen\n\n// last\n=a by algebra = (b\n+ c) by R3 } P(y)";
    insta::assert_snapshot!("format_proof", formatted(proof));
}

#[test]
fn models_look_like_this() {
    let text = "// of a shop
model   shop of churn{ service~{bad:0.3,excellent : 0.7};usage|engagement~noisy_or (engagement=high:0.8,leak:0.05)
  engagement |service ~{
bad:  {low:0.8, high:0.2}   // unhappy


     excellent:{low :1/4,high: 3 / 4} else:uniform}

  // by both
       churn| engagement,service ~ {low,bad:bernoulli 0.6;low, excellent:bernoulli(0.15)
high,*:no }
rain|season~{dry:bernoulli 0.1 rainy:bernoulli 0.7,else:-1}
y:=if x==1 and not z<=-2 then 2*max (x,- 1)/3 - x   else
if x!=0 then  noise (sd 1)+0.5 z
else 0
    latent u ~ normal( mean -1,sd 2 ) ; or_not ~ uniform 0 .. 3 ; w := u ; or ~ low
}
model small{x~bernoulli 0.5;y:=x}P(y)in small
";
    let once = formatted(text);
    check(text).unwrap();
    insta::assert_snapshot!("format_model", once);
}

#[test]
fn errors_leave_no_text() {
    let diagnostics = syntax::format(&Source::new("test", "graph { a -> }\nP(y")).unwrap_err();
    assert!(diagnostics.len() > 1);
}

/// A statement that blanks would make too long to be read stays as it is; so does a file.
#[test]
fn nothing_becomes_too_long() {
    let names: Vec<String> = (0..60_000).map(|i| char::from(b'a' + (i % 26) as u8).to_string()).collect();
    let text = format!("graph {{ a -> b }}\nsimplify {}\nP(b|do(a))\n", names.join("*"));
    assert!(is_good(&text) && text.len() < syntax::MAX_STATEMENT);
    check(&text).unwrap();
    let long = format!("simplify ({}\n", "a*(b)*".repeat(40_000) + "c)");
    assert!(is_good(&long));
    let once = formatted(&long);
    assert_eq!((once.as_str(), formatted(&once).as_str()), (long.as_str(), long.as_str()));
}
