//! Files that are not as they should be.

use super::*;

fn go(_: f32) -> bool {
    true
}

#[test]
fn a_quote_that_is_not_closed_costs_its_own_row() {
    let read = |text: &str| {
        let s = read_bytes(text.as_bytes(), Some(Format::Delimited), &ReadOptions::default(), &mut |_| true).unwrap();
        let quotes = s.findings.iter().filter(|f| f.kind == "quote").map(|f| (f.feature, f.row)).collect::<Vec<_>>();
        (s.features.iter().map(|f| f.number).collect::<Vec<_>>(), s.read, s.refused, quotes)
    };
    // Nothing closes it: all after it would be swallowed.
    let open = "x,y,name\n1,2,a\n3,4,\"b\n5,6,c\n7,8,d\n";
    assert_eq!(read(open), (vec![1, 3, 4], 4, 1, vec![(Some(2), Some(3))]));
    assert_eq!(read(&open.replace('\n', "\r\n")), (vec![1, 3, 4], 4, 1, vec![(Some(2), Some(3))]));
    // The opening quote of another row closes it.
    let closed = "x,y,name\n1,2,a\n3,4,\"b\n5,6,c\n7,8,\"d\"\n9,9,e\n";
    assert_eq!(read(closed), (vec![1, 3, 4, 5], 5, 1, vec![(Some(2), Some(3))]));
    // Broken off in the last row; two in one file.
    assert_eq!(read("x,y,name\n1,2,a\n3,4,\"b"), (vec![1], 2, 1, vec![(Some(2), Some(3))]));
    let two = "x,y,name\n1,2,\"a\n3,4,b\n5,6,\"c\"\n7,8,\"d\n9,9,e\n";
    assert_eq!(read(two), (vec![2, 3, 5], 5, 2, vec![(Some(1), Some(2)), (Some(4), Some(5))]));
    // Cells of several lines and doubled quotes are as they should be, and so is a quote amid a cell.
    let good = "x,y,name\n1,2,\"a\nb\"\n3,4,\"say \"\"c\"\"\nd\"\n5,6,7\" pipe\n7,8,\"e\"f\n";
    assert_eq!(read(good), (vec![1, 2, 3, 4], 4, 0, vec![]));
}

#[test]
fn a_file_that_breaks_off_counts_what_was_cut() {
    let point = |n: u32| {
        format!(r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":[{n},2]}}}}"#)
    };
    let whole = format!(r#"{{"type":"FeatureCollection","features":[{},{}]}}"#, point(1), point(2));
    for cut in [whole.len() - 1, whole.len() - 2, whole.len() - 3, whole.len() - 20] {
        let s = read_bytes(&whole.as_bytes()[..cut], None, &ReadOptions::default(), &mut |_| true).unwrap();
        assert_eq!((s.refused, s.read), (1, s.features.len() as u32 + 1), "{cut}");
        let f = s.findings.iter().find(|f| f.kind == "syntax").unwrap();
        assert_eq!((f.feature, f.row), (Some(s.read), Some(1)));
    }
}

#[test]
fn one_feature_with_coordinates_of_no_place_is_left_out_alone() {
    let point = |x: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"a":"1e400"}},"geometry":{{"type":"Point","coordinates":[{x},31]}}}}"#
        )
    };
    for bad in ["1e300", "1e400", "-1e400", "4000", "0.5"] {
        let features = [point("121.4"), point("121.5"), point(bad), point("121.6")].join(",");
        let text = format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
        let s = read_bytes(text.as_bytes(), None, &ReadOptions::default(), &mut |_| true).unwrap();
        assert_eq!(s.extent(), Some([121.4, 31.0, 121.6, 31.0]), "{bad}");
        assert_eq!(s.read, 4);
        if bad.ends_with("400") {
            assert_eq!((s.features.len(), s.refused), (3, 1));
            assert_eq!(s.findings.iter().map(|f| f.feature).collect::<Vec<_>>(), [Some(3)]);
            assert_eq!(s.features[2].value(0), Some(&PropValue::Text("1e400".into())));
        }
    }
}

#[test]
fn files_that_are_no_text_are_refused_by_what_they_look_like() {
    let looks = |bytes: &[u8], format| match read_bytes(bytes, format, &ReadOptions::default(), &mut go) {
        Err(e @ ExchangeError::Binary { .. }) => e.said().zh,
        other => panic!("{other:?}"),
    };
    for (bytes, want) in [
        (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "PNG"),
        (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", "CSV"),
        (b"PK\x03\x04\x14\0\x06\0town.shp", "ZIP"),
        (b"SQLite format 3\0\x10\0", "GeoPackage"),
        (b"x,y\n1,2\n\0\0\0", "二进制"),
    ] {
        for format in [None, Some(Format::Delimited), Some(Format::GeoJson)] {
            assert!(looks(bytes, format).contains(want), "{want}");
        }
    }
    let utf16: Vec<u8> = "\u{feff}x,y\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read_bytes(&utf16, None, &ReadOptions::default(), &mut go).unwrap().features.len(), 1);
}

#[test]
fn quotes_that_are_never_closed_cost_no_more_than_a_few_readings() {
    let mut text = "x,y,name\n".to_owned();
    (0..20_000).for_each(|i| text.push_str(&format!("{i},2\",\"b{i}\n")));
    let start = std::time::Instant::now();
    let mut asked = 0;
    let read = |go: &mut dyn FnMut(f32) -> bool| {
        read_bytes(text.as_bytes(), Some(Format::Delimited), &ReadOptions::default(), go)
    };
    let s = read(&mut |_| {
        asked += 1;
        true
    })
    .unwrap();
    assert_eq!(s.read, 20_000);
    assert!(s.refused > 0 && s.refused < 2_000, "{}", s.refused);
    assert_eq!(s.findings.iter().filter(|f| f.kind == "quotes_plain").count(), 1);
    assert_eq!(s.features.last().map(|f| f.number), Some(20_000));
    assert!(asked >= s.refused, "each refused row asks");
    // Read to the end from each row it would be 2.5 GB.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    let mut left = 3;
    let stopped = read(&mut |_| {
        left -= 1;
        left > 0
    });
    assert!(matches!(stopped, Err(ExchangeError::Stopped)));
}
