//! Jobs files as people write them, and the keys of their rows.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::io::{self, Read};

use proptest::prelude::*;
use zoomout_batch::{BatchName, Format, Jobs, JobsError, Row, Standing};

fn check(file: impl AsRef<[u8]>) -> Result<Jobs, JobsError> {
    Jobs::check(file.as_ref(), None, &BatchName::new("alps").unwrap())
}

fn rows(file: impl AsRef<[u8]>) -> Vec<Row> {
    let mut jobs = check(file).unwrap_or_else(|error| panic!("{error}"));
    let rows: Vec<Row> = jobs.rows().unwrap().map(Result::unwrap).collect();
    // As often as one likes.
    assert_eq!(jobs.rows().unwrap().map(Result::unwrap).collect::<Vec<_>>(), rows);
    rows
}

fn bad(file: impl AsRef<[u8]>) -> String {
    match check(file) {
        Err(JobsError::Bad(lines)) => lines.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Each row as its line number, its request and its file.
fn told(file: impl AsRef<[u8]>) -> Vec<String> {
    let tell = |row: Row| {
        let action = serde_json::to_string(&row.order.action).unwrap();
        format!("{} {action} {}", row.line, row.output.map(|output| output.to_string()).unwrap_or_default())
    };
    rows(file).into_iter().map(tell).collect()
}

fn keys(file: impl AsRef<[u8]>) -> Vec<String> {
    rows(file).into_iter().map(|row| row.order.key.unwrap().to_string()).collect()
}

const EVERYTHING: &str = r#"{"task_id":"task_1"}

{"task_id":"task_2","zoom_ratio":1.5,"index":2,"speed":"turbo","metadata":{"b":1,"a":"x,y"},"extra":{"nsfw_check":true},"output":"day 1/a.png","key":"mine"}
{"action":"upscale","task_id":"task_3","index":4,"speed":null}
{"action":"zoom","task_id":"task_4","custom_id":"MJ::CustomZoom::1"}
"#;

#[test]
fn both_formats_say_the_same() {
    let csv = concat!(
        "\u{feff}task_id, zoom_ratio,index,speed,metadata,extra,output,key,action,custom_id\r\n",
        "task_1,,,,,,,,,\r\n",
        "\r\n",
        r#"task_2,1.5,2,turbo,"{""b"":1,""a"":""x,y""}","{""nsfw_check"":true}",day 1/a.png,mine,,"#,
        "\r\ntask_3,,4,,,,,,upscale,\r\ntask_4,,,,,,,,zoom,MJ::CustomZoom::1",
    );
    let lines = |told: Vec<String>| -> Vec<String> {
        told.into_iter().map(|row| row.split_once(' ').unwrap().1.to_owned()).collect()
    };
    assert_eq!(lines(told(EVERYTHING)), lines(told(csv)));
    insta::assert_snapshot!(told(EVERYTHING).join("\n"));
    assert_eq!(keys(EVERYTHING), keys(csv));
    assert_eq!(keys(EVERYTHING)[1], "mine");
}

#[test]
fn a_row_has_the_number_of_its_first_line() {
    let csv = "\n\ntask_id,metadata\n\ntask_1,\"{\n\n}\"\n\n\ntask_2,\n";
    assert_eq!(rows(csv).iter().map(|row| row.line).collect::<Vec<_>>(), [5, 10]);
}

#[test]
fn the_first_line_or_the_caller_tells_the_format() {
    assert_eq!(rows("").len(), 0);
    assert_eq!(rows("\n \r\n").len(), 0);
    assert_eq!(rows("task_id\n").len(), 0);
    assert_eq!(rows("\u{feff}\n  {\"task_id\":\"a\"}").len(), 1);
    let name = BatchName::new("alps").unwrap();
    assert!(Jobs::check(&b"task_id\na"[..], Some(Format::Jsonl), &name).is_err());
    for (path, format) in [("a.JSONL", Some(Format::Jsonl)), ("a.csv", Some(Format::Csv)), ("csv", None)] {
        assert_eq!(Format::of_path(path.as_ref()), format);
    }
}

#[test]
fn every_bad_line_is_named() {
    let long = format!(r#"{{"task_id":"{}"}}"#, "x".repeat(1 << 20));
    let lines = [
        r#"{"task_id":"task_1","key":"a","output":"a.png"}"#,
        r#"{"task_id":"task_1","zoomratio":2}"#,
        r#"{"task_id":"task_1","zoom_ratio":0}"#,
        r#"{"task_id":"task_1","zoom_ratio":"2"}"#,
        r#"{"zoom_ratio":2}"#,
        r#"{"task_id":"task_1","task_id":"task_2"}"#,
        r#"{"task_id":"task_1""#,
        r#"["task_1"]"#,
        "",
        r#"{"task_id":"task_1","action":"dance"}"#,
        r#"{"task_id":"task_1","action":7}"#,
        r#"{"task_id":"task_1","action":"upscale","zoom_ratio":2,"index":1}"#,
        r#"{"task_id":"task_1","action":"upscale"}"#,
        r#"{"task_id":"task_1","speed":"warp","metadata":[1]}"#,
        r#"{"task_id":"task_1","extra":[1]}"#,
        r#"{"task_id":"task_1","extra":{"speed":"fast"}}"#,
        r#"{"task_id":"task_1","output":"../a.png"}"#,
        r#"{"task_id":"task_1","output":"A.png"}"#,
        r#"{"task_id":"task_1","output":"a-2.png"}"#,
        r#"{"task_id":"task_1","output":"a.png/b.png"}"#,
        r#"{"task_id":"task_2","key":"a"}"#,
        r#"{"task_id":"task_2","key":""}"#,
        r#"{"task_id":"task_2","key":5}"#,
        "{\"task_id\":\"\u{202e}\u{1b}[2J\",\"\u{1b}]0;x\u{7}\u{202e}\":1}",
        &long,
    ];
    insta::assert_snapshot!(bad(lines.join("\n")));
}

#[test]
fn every_bad_line_of_a_table_is_named() {
    let csv = "task_id,zoom_ratio,index,metadata,extra\ntask_1,wide,,,\ntask_1,2\ntask_1,,1.5,,\ntask_1,,,{,\n\
               task_1,,,,[1]\ntask_1,NaN,,,\n,2,,,\ntask_1,,,\"{}\n";
    insta::assert_snapshot!(bad(csv));
    let not_utf8 = [&b"task_id\ntask_1\n"[..], b"\xff\xfe\n", b"task_2\n\xc3("].concat();
    insta::assert_snapshot!(bad(not_utf8), @r"
    2 bad lines; nothing was sent
      line 3: is not UTF-8
      line 5: is not UTF-8
    ");
}

#[test]
fn a_first_line_that_is_wrong_is_told_once() {
    let rows = "\na,b,c".repeat(1_000);
    let told = ["task_id,again,x", "task_id,task_id,index", "task_id,,index"]
        .map(|header| bad(header.to_owned() + &rows));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_a_file() {
    let rows = "task_1,\n".repeat(1 << 18);
    insta::assert_snapshot!(
        bad(format!("task_id,metadata\ntask_1,\"{{\n{rows}")).lines().take(2).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn all_are_counted_and_a_hundred_named() {
    let told = bad("{}\n".repeat(12_345));
    assert!(told.starts_with("12345 bad lines; nothing was sent\n  line 1: task_id is missing"), "{told}");
    assert!(told.ends_with("\n  and 12245 more"), "{told}");
    assert_eq!(told.lines().count(), 102);
}

#[test]
fn one_key_is_one_job() {
    let file = r#"{"task_id":"a","metadata":{"x":1,"y":2},"key":"k"}
{"task_id":"b","key":"l"}
{"key":"k","metadata":{"y":2,"x":1},"task_id":"a","output":"again.png"}"#;
    let mut jobs = check(file).unwrap();
    assert_eq!(jobs.tally().count(Standing::ToSubmit), 2);
    assert_eq!((jobs.tally().count(Standing::Repeated), jobs.tally().rows()), (1, 3));
    let repeats: Vec<_> = jobs.rows().unwrap().map(|row| row.unwrap().repeats).collect();
    assert_eq!(repeats, [None, None, Some(1)]);
}

#[test]
fn rows_without_keys_are_jobs_of_their_own() {
    let keys = keys("task_id\na\nb\na\na\n");
    let [one, other] = [&keys[0], &keys[1]].map(|key| key.strip_suffix("/0").unwrap());
    assert!(one.starts_with("alps/") && one != other);
    assert_eq!(keys[2..], [format!("{one}/1"), format!("{one}/2")]);
}

#[test]
fn renaming_a_file_costs_nothing() {
    assert_eq!(keys("task_id,output\na,b.png"), keys("task_id,output\na,c.png"));
}

/// More than are kept in memory.
#[test]
fn many_rows_read_back_in_their_order() {
    let tasks: Vec<String> = (2..30_000).map(|line| format!("task_{line}")).collect();
    for (line, row) in (2..).zip(rows(format!("task_id\n{}", tasks.join("\n")))) {
        assert_eq!(row.line, line);
        assert_eq!(row.order.action.parent().unwrap().as_str(), format!("task_{line}"));
    }
}

#[test]
fn a_disk_that_fails_is_no_bad_line() {
    struct Failing(&'static [u8]);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("the disk is gone")),
                count => Ok(count),
            }
        }
    }
    let error = Jobs::check(Failing(b"task_id\na\nb\n"), None, &BatchName::new("alps").unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "the jobs cannot be read after line 3; nothing was sent");
}

/// A row of few possible ones, so that some are the same.
fn row() -> impl Strategy<Value = String> {
    (0..4_u8, proptest::option::of(prop_oneof![Just(1.5), Just(2.0)]), any::<bool>()).prop_map(
        |(task, ratio, noted)| {
            let ratio = ratio.map(|ratio| format!(r#","zoom_ratio":{ratio}"#)).unwrap_or_default();
            let notes = if noted { r#","metadata":{"album":"alps"}"# } else { "" };
            format!(r#"{{"task_id":"task_{task}"{ratio}{notes}}}"#)
        },
    )
}

/// What a row asks for, and its key.
fn asked(rows: &[String]) -> Vec<(String, String)> {
    rows.iter().cloned().zip(keys(rows.join("\n"))).collect()
}

proptest! {
    /// Whoever adds rows to a file pays for those only.
    #[test]
    fn inserting_rows_changes_no_other_key(
        rows in proptest::collection::vec(row(), 0..20),
        more in proptest::collection::vec((row(), any::<prop::sample::Index>()), 0..10),
    ) {
        let mut longer = rows.clone();
        for (row, place) in more {
            longer.insert(place.index(longer.len() + 1), row);
        }
        let longer = asked(&longer);
        for row in asked(&rows) {
            prop_assert!(longer.contains(&row), "{row:?}");
        }
    }

    /// Whoever sorts a file pays for nothing.
    #[test]
    fn reordering_rows_changes_no_key(
        (rows, shuffled) in proptest::collection::vec(row(), 0..20).prop_flat_map(|rows| {
            (Just(rows.clone()), Just(rows).prop_shuffle())
        }),
    ) {
        let [mut one, mut other] = [asked(&rows), asked(&shuffled)];
        one.sort();
        other.sort();
        prop_assert_eq!(&one, &other);
        one.dedup_by(|one, other| one.1 == other.1);
        prop_assert_eq!(one.len(), other.len(), "no two rows share a key");
    }

    /// No bytes panic it, and what it accepts it reads back.
    #[test]
    fn whatever_is_in_the_file(bytes in proptest::collection::vec(any::<u8>(), 0..200), csv in any::<bool>()) {
        let start: &[u8] = if csv { b"task_id,extra\n" } else { b"{\"task_id\":" };
        if let Ok(mut jobs) = check([start, &bytes].concat()) {
            let count = jobs.rows().unwrap().map(Result::unwrap).count();
            prop_assert_eq!(u64::try_from(count).unwrap(), jobs.tally().rows());
        }
    }
}
