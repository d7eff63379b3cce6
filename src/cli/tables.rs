//! Tables for people: columns in line, also with Chinese.

/// Columns a text takes in a terminal: wide characters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}') { 2 } else { 1 }).sum()
}

/// A table with a header; columns whose cells are all numbers stand to the right.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let n = header.len();
    let cell = |row: &Vec<String>, i: usize| row.get(i).cloned().unwrap_or_default();
    let number = |t: &str| t.chars().all(|c| c.is_ascii_digit() || ".,-−".contains(c));
    let right: Vec<bool> = (0..n).map(|i| !rows.is_empty() && rows.iter().all(|r| number(&cell(r, i)))).collect();
    let wide: Vec<usize> =
        (0..n).map(|i| rows.iter().map(|r| width(&cell(r, i))).chain([width(header[i])]).max().unwrap_or(0)).collect();
    let line = |cells: Vec<String>| {
        let mut out = String::new();
        for (i, c) in cells.iter().enumerate() {
            let gap = " ".repeat(wide[i].saturating_sub(width(c)));
            if right[i] {
                out.push_str(&gap);
                out.push_str(c);
            } else {
                out.push_str(c);
                out.push_str(&gap);
            }
            out.push_str("  ");
        }
        out.trim_end().to_owned()
    };
    let head = line(header.iter().map(|h| (*h).to_owned()).collect());
    let body = rows.iter().map(|r| line((0..n).map(|i| cell(r, i)).collect()));
    std::iter::once(head).chain(body).collect::<Vec<_>>().join("\n")
}

/// Names and values, one pair a line.
pub(super) fn pairs(list: &[(&str, String)]) -> String {
    let wide = list.iter().map(|(k, _)| width(k)).max().unwrap_or(0);
    let line = |(k, v): &(&str, String)| format!("{k}{}  {v}", " ".repeat(wide - width(k)));
    list.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_line() {
        let t = table(
            &["编号", "name", "户数"],
            &[vec!["06".into(), "南泉北路".into(), "495".into()], vec!["07".into(), "x".into(), "1,468".into()]],
        );
        let lines: Vec<&str> = t.lines().collect();
        assert_eq!(lines, ["编号  name       户数", "  06  南泉北路    495", "  07  x         1,468"]);
        assert_eq!(pairs(&[("a", "1".into()), ("名称", "2".into())]), "a     1\n名称  2");
    }
}
