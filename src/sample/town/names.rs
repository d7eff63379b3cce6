//! Made-up names: good words and plants as estates and lanes have them, no place on any map meant.

/// Two-character words for cells and their estates, each used once.
pub(super) const PLACES: [&str; 112] = [
    "听泉", "望舒", "含翠", "拾翠", "映雪", "沁芳", "流芳", "怀德", "崇仁", "敬业", "乐群", "存厚", "积善", "永宁",
    "长乐", "安澜", "清晏", "丰乐", "同春", "聚贤", "育才", "文光", "集英", "桂香", "柳浪", "棠荫", "梨花", "杏雨",
    "蕉园", "竹筠", "松鹤", "榆荫", "桑梓", "枫晚", "菱歌", "芦雪", "蒲香", "藕香", "渔庄", "莲蓬", "鹤鸣", "鹭洲",
    "雁来", "莺歌", "锦鳞", "云起", "晓月", "朝晖", "夕照", "晚晴", "春晓", "夏荫", "秋实", "冬青", "南窗", "西畴",
    "北苑", "中和", "太平", "裕丰", "恒昌", "鼎新", "建新", "东风", "前进", "光明", "向阳", "团结", "和睦", "曙光",
    "金穗", "银杏", "玉兰", "海棠", "丁香", "紫藤", "腊梅", "石榴", "合欢", "木樨", "青桐", "白杨", "红叶", "翠竹",
    "碧波", "澄波", "漾月", "涵碧", "濯锦", "浣纱", "抱朴", "守拙", "问渠", "知新", "致远", "博雅", "明德", "弘毅",
    "修远", "思齐", "慎独", "乐道", "归燕", "栖鸟", "平畴", "远岫", "清音", "晨钟", "暮鼓", "半亩", "一苇", "千帆",
];

/// Names of villages that the town has grown round.
pub(super) const VILLAGES: [&str; 14] = [
    "沈家浜",
    "陆家宅",
    "顾家巷",
    "钱家埭",
    "邱家湾",
    "施家桥",
    "葛家宅",
    "倪家村",
    "沙家埭",
    "茅家浜",
    "符家宅",
    "荀家桥",
    "糜家湾",
    "宦家巷",
];

/// Communities with the letter that stands for them on the plan.
pub(super) const COMMUNITIES: [(char, &str); 10] = [
    ('a', "望棠社区"),
    ('b', "北辰社区"),
    ('c', "书院社区"),
    ('d', "云锦社区"),
    ('e', "青萍社区"),
    ('f', "采薇社区"),
    ('g', "钟楼社区"),
    ('h', "滨南社区"),
    ('i', "杏坛社区"),
    ('j', "兰台社区"),
];

/// Endings of estates by kind: older ones, and those built for sale.
pub(super) const OLD: [&str; 4] = ["新村", "小区", "二村", "公房"];
pub(super) const NEW: [&str; 6] = ["苑", "花园", "雅苑", "名邸", "家园", "公寓"];
