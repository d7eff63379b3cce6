//! Help and errors of the arguments in Chinese. The parser of the arguments speaks English only; what it renders is
//! translated sentence by sentence, and its common errors are said anew.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;

/// Whether the arguments ask for Chinese, which is also what is spoken without `--lang`.
pub(super) fn is_chinese(args: &[OsString]) -> bool {
    // What comes after `--` is no option.
    let texts: Vec<&str> = args.iter().take_while(|a| *a != "--").map(|a| a.to_str().unwrap_or("")).collect();
    let after = texts.windows(2).filter(|w| w[0] == "--lang").map(|w| w[1]);
    let joined = texts.iter().filter_map(|a| a.strip_prefix("--lang="));
    after.chain(joined).last() != Some("en")
}

/// Sentences of help with their Chinese.
const HELP: &[(&str, &str)] = &[
    ("Usage:", "用法："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("Commands:", "命令："),
    ("[OPTIONS]", "[选项]"),
    ("[COMMAND]", "[命令]"),
    ("<COMMAND>", "<命令>"),
    ("[default: ", "[默认："),
    ("[possible values: ", "[可取："),
    ("Possible values:", "可取："),
    ("Print this message or the help of the given subcommand(s)", "显示本说明或某个命令的用法"),
    ("Print help (see a summary with '-h')", "显示用法（-h 只显示摘要）"),
    ("Print help (see more with '--help')", "显示用法（--help 更详细）"),
    ("Print help", "显示用法"),
    ("Print version", "显示版本"),
    (
        "格图 Getu: grids of communities, in a window and on the command line",
        "格图 Getu：社区网格的绘制与管理，有窗口，也有命令行",
    ),
    (
        "Project to open in the window; without one the start page with the sample maps",
        "在窗口中打开的项目；不写则显示带示例地图的起始页",
    ),
    ("Plan, by name; without it the plan last worked on", "方案名称；不写则为上次编辑的方案"),
    (
        "Grid layer, by id; needed where there is more than one. With `new`: ID=NAME[:LEVEL>LEVEL…], levels from the highest, may be given several times",
        "图层编号；有几个图层时必写。用于 new 时写作 编号=名称[:层级>层级…]，层级从高到低，可写多次",
    ),
    ("Level, by name", "层级名称"),
    (
        "Posts held on this day (YYYY-MM-DD); without it those without an end",
        "按这一天（YYYY-MM-DD）在任的岗位；不写则为没有截止日期的",
    ),
    ("Language of messages", "消息所用语言"),
    (
        "Time zone of times without offset and of what is printed: Asia/Shanghai, UTC or ±HH:MM",
        "不带时区的时间和显示的时间所用时区：Asia/Shanghai、UTC 或 ±HH:MM",
    ),
    ("Print one JSON document", "输出一份 JSON"),
    (
        "Add how long each phase took; the window prints the time to its first frame and, when it closes, the processor time of its frames",
        "附上各阶段用时；窗口则显示首帧用时，关闭时显示各帧的处理器用时",
    ),
    ("Copy out a shipped sample map; alone: list them", "导出一份自带的示例地图；单独使用则列出"),
    ("Make an empty project", "新建空项目"),
    ("Bring rows or borders into a project", "向项目导入数据或边界"),
    ("What is in a project", "项目里有什么"),
    ("What is not in order", "检查问题"),
    ("Numbers of cells", "各网格的数字"),
    ("Who is in charge at a place", "某处归谁负责"),
    ("Apply edits, one JSON object a line", "执行修改，每行一个 JSON 对象"),
    ("Take back steps", "撤销"),
    ("Do steps again", "重做"),
    ("Steps ever done", "全部步骤"),
    ("List, copy, rename, delete, adopt plans", "列出、复制、改名、删除、启用方案"),
    ("Density of incidents as an image", "事件热力图"),
    ("The map as an image", "把地图存为图片"),
    ("Write rows to another format", "导出数据"),
    ("Name of the sample", "示例名称"),
    ("Project to write; never one that exists", "要写出的项目；不能是已有的文件"),
    ("Name of the project", "项目名称"),
    ("EPSG:n, a PROJ string, or auto: decided by the first import", "EPSG:n、PROJ 字符串，或 auto：由首次导入决定"),
    ("Outline of all layers: a file with polygons", "所有图层的范围：含有面的文件"),
    ("Code of the community; the outline is its ground", "社区编码；范围就是它的辖区"),
    (
        "Where it lies, longitude,latitude: decides CRS and origin before the first import",
        "位置，经度,纬度：首次导入之前就定下坐标系和原点",
    ),
    ("Households of a cell, from and to", "每个网格的户数，下限和上限"),
    (
        "File to read: GeoJSON, delimited text or a workbook (.xlsx)",
        "要读的文件：GeoJSON、带分隔符的文本或工作簿（.xlsx）",
    ),
    (
        "Sheet of a workbook with a list; without it the only one that can be read as one",
        "清单在工作簿的哪个工作表；不写则取唯一能读成清单的",
    ),
    ("What its rows are", "其中是哪类数据"),
    ("Layer of the source, where a file has several", "源文件里的图层，有几个时写明"),
    ("CRS of the source, whatever it says itself", "源文件的坐标系，以此为准"),
    ("Text encoding of the source", "源文件的文字编码"),
    ("field=column; may be given several times", "字段=列名；可写多次"),
    (
        "Fill the buildings that are there from a list without places, matched by courtyard and number; rows that find none are named",
        "用没有坐标的清单填写已有楼栋，按院落和楼号对应；没对上的行逐行列出",
    ),
    (
        "Give the cells that are there, named by code, the ground that the source draws; a GeoPackage of Getu may be the source",
        "按编码把已有网格的范围改成源数据所画的；源可以是格图的 GeoPackage",
    ),
    ("Say what would be done, save nothing", "只说明会做什么，不保存"),
    ("Count incidents from this time on", "从此时起计事件"),
    ("Count incidents before this time", "计此时之前的事件"),
    (
        "Easting,northing in the project's CRS (or that of --crs); may be given several times",
        "项目坐标系（或 --crs）下的东坐标,北坐标；可写多次",
    ),
    ("CRS of the coordinates", "坐标所用坐标系"),
    ("Edits, one JSON object a line; - reads them from standard input", "修改，每行一个 JSON 对象；- 表示读标准输入"),
    ("End at the first refused edit", "遇到第一条被拒绝的修改就停"),
    ("How many steps", "几步"),
    ("All plans", "全部方案"),
    ("A new draft, equal to an old plan", "由旧方案复制出新草案"),
    ("Name of the old plan", "旧方案名称"),
    ("Name of the new one", "新方案名称"),
    ("Another name", "改名"),
    ("The old name", "旧名称"),
    ("The new name", "新名称"),
    ("Take a draft away", "删除草案"),
    ("Its name", "方案名称"),
    ("Put a plan in force", "启用方案"),
    ("From this day on", "从这一天起"),
    (
        "Image to write: .png or .tif (float32, events per km²)",
        "要写出的图片：.png 或 .tif（float32，每平方公里事件数）",
    ),
    ("Only incidents of this class", "只计此类事件"),
    ("Only incidents from this time on", "只计此时起的事件"),
    ("Only incidents before this time", "只计此时之前的事件"),
    (
        "Bandwidth in metres; without it one is suggested by the spread of the incidents",
        "带宽（米）；不写则按事件的分布给出",
    ),
    ("Pixels, WxH", "像素，宽x高"),
    ("Ground: xmin,ymin,xmax,ymax", "地面范围：xmin,ymin,xmax,ymax"),
    ("CRS of --bbox", "--bbox 所用坐标系"),
    ("Image to write: .png", "要写出的图片：.png"),
    ("Pixels WxH, or A4, A3 (landscape, 200 dpi)", "像素 宽x高，或 A4、A3（横向，200 dpi）"),
    (
        "Ground to show: xmin,ymin,xmax,ymax; without it everything of the grid",
        "显示的地面范围：xmin,ymin,xmax,ymax；不写则为全部网格",
    ),
    ("File to write", "要写出的文件"),
    ("What is written", "写出哪类数据"),
    ("Format; without it that of the name", "格式；不写则按文件名"),
    (
        "CRS of what is written; without it WGS 84 for GeoJSON, the project's for tables",
        "写出的坐标系；不写则 GeoJSON 用 WGS 84，表格用项目的",
    ),
    (
        "Who may see it: full, masked (phones masked) or public (no persons)",
        "给谁看：full 全部、masked 电话打码、public 不含人员",
    ),
    ("Scanned plans under the map: list, add, place, change, remove", "底稿（扫描图）：列出、添加、定位、调整、移除"),
    ("All underlays, with residuals of their control points", "全部底稿，附控制点残差"),
    (
        "Add a picture: placed by --point, else by a world file, else by the tags of a GeoTIFF",
        "添加扫描图：按 --point 定位，否则按坐标文件，否则按 GeoTIFF 标签",
    ),
    ("Picture: PNG, JPEG or TIFF", "图片：PNG、JPEG 或 TIFF"),
    ("Name of the underlay; without it that of the picture", "底稿名称；不写则用图片的名称"),
    ("Name of the underlay", "底稿名称"),
    ("World file; without it the one beside the picture, if there is one", "坐标文件；不写则用图片旁边的"),
    ("CRS of the picture's coordinates, whatever it says itself", "图片坐标所用坐标系，以此为准"),
    (
        "Control point: pixel and place as x,y=easting,northing, pixels right and down from the upper left corner; two to six",
        "控制点：像素x,像素y=东坐标,北坐标，像素从左上角向右、向下数；二到六个",
    ),
    ("What is fitted to the points", "用点求什么变换"),
    ("How opaque it is, per cent", "不透明度，百分数"),
    ("Place an underlay by control points", "用控制点给底稿定位"),
    ("Change how an underlay is shown", "调整底稿的显示"),
    ("Whether it is shown", "是否显示"),
    ("Lift it over the one above", "上移一层"),
    ("Put it under the one below", "下移一层"),
    ("Take an underlay away; the copy of its picture stays", "移除底稿；图片的副本仍在"),
    ("  Project\n", "  项目\n"),
    ("  Look\n", "  外观\n"),
];

/// Rendered help in Chinese.
pub(super) fn help(text: &str) -> String {
    let mut all: Vec<&(&str, &str)> = HELP.iter().collect();
    // A sentence may begin as a longer one does.
    all.sort_by_key(|(en, _)| std::cmp::Reverse(en.len()));
    all.iter().fold(text.replace("  Look [", "  外观 ["), |t, (en, zh)| t.replace(en, zh))
}

/// What is wrong with the arguments, in Chinese.
pub(super) fn error(e: &clap::Error) -> String {
    let of = |kind: ContextKind| match e.get(kind) {
        Some(ContextValue::String(s)) => s.clone(),
        Some(ContextValue::Strings(s)) => s.join("、"),
        Some(ContextValue::StyledStr(s)) => s.to_string(),
        Some(ContextValue::StyledStrs(s)) => s.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"),
        Some(ContextValue::Number(n)) => n.to_string(),
        _ => String::new(),
    };
    let (arg, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    let mut said = match e.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return help(&e.to_string()),
        ErrorKind::InvalidValue if value.is_empty() => format!("“{arg}”后面缺少值。"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let why = std::error::Error::source(e).map(|why| format!("：{why}")).unwrap_or_default();
            format!("“{arg}”的值“{value}”不能用{}。", why.trim_end_matches(['。', '.']))
        }
        ErrorKind::UnknownArgument => format!("没有“{arg}”这个参数。"),
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令。", of(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{arg}。"),
        ErrorKind::MissingSubcommand => "缺少命令。".to_owned(),
        ErrorKind::ArgumentConflict => format!("“{arg}”不能这样用或写了两次。"),
        ErrorKind::NoEquals | ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("“{arg}”的值的个数不对。")
        }
        ErrorKind::InvalidUtf8 => "参数里有无法识别的文字。".to_owned(),
        _ => "参数不对。".to_owned(),
    };
    let valid = [ContextKind::ValidValue, ContextKind::ValidSubcommand].map(of).concat();
    if !valid.is_empty() {
        said.push_str(&format!("可取：{valid}。"));
    }
    let like = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue].map(of);
    if let Some(like) = like.iter().find(|l| !l.is_empty()) {
        said.push_str(&format!("是否想写“{like}”？"));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn helps(c: &mut clap::Command, out: &mut Vec<String>) {
        out.extend([c.render_help().to_string(), c.render_long_help().to_string()]);
        c.get_subcommands_mut().for_each(|s| helps(s, out));
    }

    #[test]
    fn all_help_is_chinese() {
        let mut command = super::super::Cli::command();
        command.build();
        let mut all = Vec::new();
        helps(&mut command, &mut all);
        for text in all.iter().map(|t| help(t)) {
            let words = text.split(|c: char| !c.is_ascii_alphabetic() && c != ' ').map(str::trim);
            let english: Vec<&str> =
                words.filter(|w| !w.starts_with("getu ") && w.split_whitespace().count() > 2).collect();
            assert!(english.is_empty(), "{english:?} in\n{text}");
        }
    }

    #[test]
    fn wrong_arguments_are_said_in_chinese() {
        for (args, want) in [
            (&["getu", "frobnicate", "x"][..], "没有“x”这个参数"),
            (&["getu", "info"], "缺少参数：<FILE>"),
            (&["getu", "info", "x", "--nothing"], "没有“--nothing”"),
            (&["getu", "import", "x", "y", "--as", "no"], "可取：outline、cells"),
            (&["getu", "stats", "x", "--on", "2026-02-30"], "“2026-02-30”不能用"),
            (&["getu", "stats", "x", "--on"], "缺少值"),
            (&["getu", "plan", "x"], "缺少命令"),
        ] {
            let e = super::super::Cli::command().try_get_matches_from(args).map(drop).unwrap_err();
            let said = error(&e);
            assert!(said.contains(want), "{args:?}: {said}");
        }
        // The reason is kept.
        let e = super::super::Cli::command().try_get_matches_from(["getu", "stats", "x", "--on", "2026-02-30"]);
        let (e, said) = (e.as_ref().unwrap_err(), error(e.as_ref().unwrap_err()));
        let why = std::error::Error::source(e).unwrap().to_string();
        assert!(!why.is_empty() && said.contains(why.trim_end_matches(['。', '.'])), "{said}");
        let of = |args: &[&str]| is_chinese(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(of(&["getu"]) && of(&["getu", "--lang", "zh"]) && of(&["getu", "--lang=no"]));
        assert!(of(&["getu", "x", "--", "--lang", "en"]) && of(&["getu", "--", "--lang=en"]));
        assert!(!of(&["getu", "--lang", "en", "x"]) && !of(&["getu", "x", "--lang=en"]));
    }
}
