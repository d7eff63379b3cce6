//! The plan of the town as a table: what each block is, to which community it belongs, which blocks make a cell.

use super::net::Net;
use super::plots::{Cut, Plot};
use crate::sample::plane::{Dice, V};
use crate::sample::streets::{Class, Line};

/// Blocks across, and up.
pub(super) const ACROSS: usize = 12;
pub(super) const UP: usize = 8;

/// What stands in each block, from north to south; `.` belongs to neighbours.
///
/// S estates of slabs, T towers, L old lanes, V village, O offices, E school, H hospital, P park, M market,
/// I industry, C building site.
const KINDS: [&str; UP] = [
    ".SSSTSOVVIS.",
    "SSSESTOLSLII",
    "TSSLMLOVSEVV",
    "PLLLLLTPSSSV",
    "SLTLLLOLSTSS",
    "PELLLLOMLSSS",
    "VSSLLHTLSSTS",
    ".VVLLTOSCI..",
];

/// Community of each block.
const OWNERS: [&str; UP] = [
    ".aaabbbdddd.",
    "aaabbbbddddd",
    "accccbbeeeee",
    "acccccbeeeee",
    "fffggghjiiii",
    "fffggghjjiii",
    "fffgghhjjjjj",
    ".ffhhhhjjj..",
];

/// Blocks that belong to the cell of another one.
const JOINED: [((usize, usize), (usize, usize)); 9] = [
    ((1, 6), (1, 5)),
    ((7, 8), (7, 7)),
    ((9, 8), (8, 8)),
    ((12, 7), (11, 7)),
    ((12, 6), (12, 5)),
    ((3, 1), (2, 1)),
    ((1, 3), (1, 4)),
    ((7, 1), (6, 1)),
    ((10, 1), (10, 2)),
];

/// Blocks cut into two pieces of different cells: block, share, and the cell of each piece by its block and a number;
/// `None` has no cell.
type Piece = Option<(usize, usize, usize)>;
const PARTED: [((usize, usize), f64, Class, [Piece; 2]); 6] = [
    ((6, 7), 0.5, Class::Wall, [Some((6, 7, 0)), Some((6, 7, 1))]),
    ((11, 8), 0.66, Class::Lane, [Some((11, 8, 0)), None]),
    ((1, 7), 0.3, Class::Lane, [None, Some((1, 7, 0))]),
    // 杏坛社区: five cells where seven blocks would do.
    ((10, 4), 0.34, Class::Lane, [Some((9, 4, 0)), Some((10, 4, 0))]),
    ((11, 4), 0.66, Class::Lane, [Some((10, 4, 0)), Some((12, 4, 0))]),
    ((11, 3), 0.5, Class::Lane, [Some((10, 3, 0)), Some((12, 3, 0))]),
];

/// The only block without a cell.
const BARE: (usize, usize) = (9, 1);

/// Households of a block of 杏坛社区, about.
const XINGTAN_BLOCK: u32 = 425;

/// Cells besides those of 杏坛社区 that are to be outside the range: block and households aimed at.
pub(super) const ODD: [((usize, usize), u32); 6] =
    [((3, 8), 560), ((10, 6), 240), ((9, 5), 575), ((2, 2), 255), ((8, 7), 545), ((5, 1), 250)];

/// A piece of ground of one cell, with what is to stand there.
pub(super) struct Ground {
    pub block: (usize, usize),
    pub plot: Plot,
    /// Letter of [`KINDS`].
    pub kind: char,
    /// Letter of the community; '.' = neighbours.
    pub owner: char,
    /// Number of the cell in [`Plan::cells`].
    pub cell: Option<usize>,
    /// Households aimed at.
    pub target: u32,
}

/// All ground of the town, and which of it makes each cell.
pub(super) struct Plan {
    pub grounds: Vec<Ground>,
    /// Community letter and key (column, row, number) of each cell.
    pub cells: Vec<(char, (usize, usize, usize))>,
    /// Lanes and walls that part pieces of blocks.
    pub lines: Vec<Line>,
}

fn letter(table: &[&str; UP], i: usize, j: usize) -> char {
    if !(1..=ACROSS).contains(&i) || !(1..=UP).contains(&j) {
        return '.';
    }
    table[UP - j].chars().nth(i - 1).unwrap_or('.')
}

impl Plan {
    pub fn draw(net: &Net, dice: &mut Dice) -> Plan {
        let mut plan = Plan { grounds: vec![], cells: vec![], lines: vec![] };
        let mut keyed: Vec<(Ground, Piece)> = Vec::new();
        for j in (0..super::net::LEVELS - 1).rev() {
            for i in 0..super::net::UPRIGHTS - 1 {
                plan.block(net, (i, j), dice, &mut keyed);
            }
        }
        // Cells in the order of their codes: by community, from north to south, from west to east.
        let mut keys: Vec<(char, (usize, usize, usize))> =
            keyed.iter().filter_map(|(g, key)| key.map(|k| (g.owner, k))).collect();
        keys.sort_by_key(|&(c, (i, j, n))| (c, UP - j, i, n));
        keys.dedup();
        for (mut g, key) in keyed {
            g.cell = key.and_then(|k| keys.iter().position(|c| c.1 == k));
            plan.grounds.push(g);
        }
        plan.cells = keys;
        plan.aim(dice);
        plan
    }

    fn block(&mut self, net: &Net, (i, j): (usize, usize), dice: &mut Dice, out: &mut Vec<(Ground, Piece)>) {
        let (mut kind, owner) = (letter(&KINDS, i, j), letter(&OWNERS, i, j));
        if owner == '.' {
            kind = ['s', 't', 's', 's', 'o', 's', 'v', 's', 'p', 's', 't'][(i * 5 + j * 7 + dice.below(2)) % 11];
        }
        let plot = net.block(i, j);
        let ground = |plot: Plot, kind: char| Ground { block: (i, j), plot, kind, owner, cell: None, target: 0 };
        if let Some((_, f, class, pieces)) = PARTED.iter().find(|p| p.0 == (i, j))
            && let Some((west, east, line)) = plot.cut(Cut::Upright, *f, *class)
        {
            let name = if *class == Class::Lane {
                format!("{}{}弄", street(i, j), 16 + 2 * self.lines.len())
            } else {
                String::new()
            };
            self.lines.push(Line::plain("part", &name, *class, line));
            for (plot, piece) in [west, east].into_iter().zip(pieces) {
                let kind = if piece.is_none() { 'W' } else { 's' };
                out.push((ground(plot, kind), *piece));
            }
            return;
        }
        let home = JOINED.iter().find(|p| p.0 == (i, j)).map_or((i, j), |p| p.1);
        let none = owner == '.' || (i, j) == BARE;
        out.push((ground(plot, kind), (!none).then_some((home.0, home.1, 0))));
    }

    /// Shares the households of each cell among its pieces by what can stand there.
    fn aim(&mut self, dice: &mut Dice) {
        let room = |g: &Ground| -> f64 {
            let weight = match g.kind.to_ascii_uppercase() {
                'T' | 'S' | 'L' => 1.0,
                'V' | 'M' | 'O' => 0.7,
                'E' | 'H' | 'P' => 0.55,
                'I' => 0.25,
                _ => 0.0,
            };
            crate::sample::plane::area(&g.plot.ring) * weight
        };
        for c in 0..self.cells.len() {
            let (owner, (i, j, _)) = self.cells[c];
            let odd = ODD.iter().find(|o| o.0 == (i, j)).map(|o| o.1);
            let goal = odd.unwrap_or(345 + dice.below(116) as u32);
            let whole: f64 = self.grounds.iter().filter(|g| g.cell == Some(c)).map(room).sum();
            for g in self.grounds.iter_mut().filter(|g| g.cell == Some(c)) {
                g.target = (f64::from(goal) * room(g) / whole.max(1.0)).round() as u32;
                if owner == 'i' {
                    let share = PARTED
                        .iter()
                        .find(|p| p.0 == g.block)
                        .map_or(1.0, |p| if p.3[0] == Some(self.cells[c].1) { p.1 } else { 1.0 - p.1 });
                    g.target = (f64::from(XINGTAN_BLOCK) * share).round() as u32;
                }
            }
        }
    }
}

/// A street of a block that can lend it its name.
pub(super) fn street(i: usize, j: usize) -> &'static str {
    [0, 2, 1, 3].into_iter().find_map(|k| Net::street(i, j, k)).unwrap_or("棠溪路")
}

/// The rings of pieces of ground.
pub(super) fn rings<'a>(grounds: impl Iterator<Item = &'a Ground>) -> Vec<&'a [V]> {
    grounds.map(|g| g.plot.ring.as_slice()).collect()
}
