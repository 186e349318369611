"""What can be said: slash commands, and the same in plain words. What is not understood is answered with what can be asked."""

from __future__ import annotations

import re

from agent.chat.intent import Intent
from agent.chat.spanish import understand_spanish

__all__ = ["COMMANDS", "NAMES", "Intent", "bare_words", "understand"]

COMMANDS: dict[str, str] = {
    "/plan": "the whole plan",
    "/first": "what matters most, and what is urgent",
    "/later": "what can wait, and until when",
    "/why i3": "why a line stands there: facts, evidence, dose rule, options not chosen",
    "/why-not apixaban": "why something is not in the plan",
    "/what-if egfr=25": "the plan if a fact were another (age=80 · pregnant · +ibuprofen 400 MG · -metformin · has gout · no gout · allergic penicillin)",
    "/compare i3": "the options of a line side by side",
    "/patient": "age, weight, kidney, pregnancy, allergies",
    "/problems": "the problems and what is aimed at",
    "/questions": "what must be answered before signing",
    "/issues": "what the safety checks found, also what was kept out of sight and why",
    "/medicines": "every current medicine and what the plan does about it",
    "/value potassium": "a measurement's latest values with their dates",
    "/check ibuprofen": "what speaks against a medicine for this patient",
    "/dose apixaban": "the dose of a medicine for this patient",
    "/search statin intensity": "what the guidelines in the knowledge base say",
    "/timeline": "who does what when",
    "/monitoring": "what must be checked, and why",
    "/tell": "what the patient is told",
    "/evidence i3": "the sources of a line, or of the plan",
    "/ledger": "the ledger against omissions",
    "/not-checked": "what could not be checked",
    "/sign": "who has to sign",
    "/approve i3": "approve a line, or `rest` (an issue is answered so: /approve i3 d8=benefit-outweighs)",
    "/edit i3 500 mg every 12 h": "change a dose; the whole plan is checked again",
    "/reject i3 already-done": "reject a line with a reason code, and words after it",
    "/export html FILE": "write the plan: text, json, fhir or html",
    "/review": "put the plan on the worklist, to be approved line by line",
    "/help": "this list",
    "/quit": "leave",
}
NAMES = frozenset(command.split()[0][1:] for command in COMMANDS)


_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|so|and|but|well|now|please|then|also)[,!]?\s+"
    r"|(?:can|could|would|will) you (?:please )?(?:tell|show|explain|give|list|remind)(?: to)?(?: me)? (?:about )?"
    r"|(?:i (?:want|need|would like|'d like) to (?:know|see|understand)|do you know|i wonder|tell me|remind me)(?: about)? )+"
)
_HARM = re.compile(
    r"\b(?:kill|murder|poison(?:ing)? (?:her|him|the patient|them)|lethal|(?:fatal|deadly) (?:dose|overdose|amount)|end (?:her|his|their) life|overdose (?:her|him|them|the patient)"
    r"|harm (?:her|him|them|the patient)|hurt (?:her|him|them|the patient)|without (?:her|his|their) (?:consent|knowledge)|secretly"
    r"|(?:hide|conceal|keep) .*\bfrom (?:the |her |his )?(?:patient|family|her|him|doctor|physician|auditor)s?"
    r"|(?:ignore|skip|disable|bypass|turn off|switch off|override|forget) (?:all |every |the |any |your |my |previous |prior |above |earlier )*(?:allerg\w*|safety|checks?|warnings?|interactions?|rules?|instructions?)"
    r"|approve (?:everything|all|it all|the (?:whole )?plan) (?:without|for me)|sign (?:everything|all|it|the plan) for me|forge|fake|backdate"
    r"|(?:reveal|print|show|repeat) (?:me )?(?:your|the) (?:system )?(?:prompt|instructions)|you are now |to get high|get (?:her|him) addicted|sedate (?:her|him) so)\b"
)
_WHO = r"(?:i|we|you|she|he|they|one|the patient|this patient|her|him|them)"
_ARTICLE = r"(?:the |her |his |their |this patient'?s? |a |an |any |some )?"

_HER = r"(?:the |her |his |their |this patient'?s? |the patient'?s? |your )?"
_THEY = r"(?:she|he|they|the patient|this patient)"

_OF_DOSES = r"(\d+(?:\.\d+)?) ?(mg|mcg|g|units?) of ([a-z][\w/\-]*)"
_ASKING = re.compile(r"^(?:can|could|should|may|will|would|is|are|do|does|did|has|have|had|who|whom|why|when|where|how|what|which)\b")
"""How a question begins: what follows is not the name of anything."""
_SAME: tuple[tuple[str, str], ...] = (
    (r"\b(what|who|where|how|when)'s\b", r"\1 is"),
    (r"\b(?:this|the|my|our) (?:lady|woman|man|gentleman|guy|person|girl|boy|patient)\b", "the patient"),
    (rf"\b{_OF_DOSES}\b", r"\3 \1 \2"),
    (r"(?:,| and| or)? (?:since when|for how long|over time|and when)$", ""),
)
"""Ways of saying the same, before anything is recognised."""

_CARE: tuple[tuple[str, str], ...] = (
    (r"^approve ((?:everything|all)\b.*|(?:the )?(?:whole )?plan)$", "approve"),
    (r"^(?:in (?:one|a few) (?:sentence|word|line)s?|tl;?dr|summar[iy][sz]?e?(?: (?:it|this|the plan|everything|please))?|(?:give me )?(?:a |the )?(?:short |brief )?(?:summary|overview|one.?liner)(?: of the plan)?|what is the plan(?: in short)?)$", "summary"),
    (rf"^(?:is|are) {_THEY} (?:ok|okay|safe|fit|able|allowed|fine) (?:to (?:take|get|have|receive|use|be given|go on)|for|with) {_ARTICLE}(.+?)(?: for .+)?$", "check"),
    (rf"^{_HER}([a-z][\w ]*?) (?:was|is now|is|came back(?: (?:at|as))?|has (?:risen|gone up|dropped|fallen) to|(?:rose|went up|dropped|fell) to|of) (-?\d+(?:\.\d+)?(?: ?[a-z%/]+)?)(?: (?:this morning|today|now|yesterday|last week))?(?:,? (?:what now|now what|what (?:do|should) (?:i|we) do|does (?:that|this) change (?:anything|things|the plan)))?$", "measured"),
    (rf"^(?:can|may|could|should|do) {_WHO} (?:double|raise|increase|lower|reduce|decrease|halve|uptitrate|up.?titrate|titrate|cut|go up on|go down on) {_ARTICLE}(?:dose of )?{_ARTICLE}(.+?)(?: dose)?$", "dose"),
    (rf"^(?:{_THEY}|we|i) (?:can't|can not|cannot|can no longer|does not|doesn't|do not|don't|will not|won't|refuses?|declines?|did not|didn't)(?: want)?(?: to)? (?:afford|take|pay for|tolerate|get|like|use|swallow) {_ARTICLE}(.+)$|^(?:{_THEY}) (?:refuses|declines|is intolerant of|does not want|doesn't want) (?:to take )?{_ARTICLE}(.+)$", "compare"),
    (rf"^(?:convert|rotate|exchange) {_ARTICLE}(.+?) (?:to|into|for) {_ARTICLE}(.+)$", "exchanged"),
    (r"^(?:how much|(?:(?:what|which)(?: is)? )?(?:the )?dos(?:e|age) of) (.+?) (?:equals?|is equal to|is equivalent to|is the equivalent of|corresponds to|instead of) (.+)$", "equal"),
    (r"^allerg(?:y|ies)$", "allergic"),
    (rf"^(?:stop|hold) {_ARTICLE}(.+)$", "stopping"),
    (r"^what (?:happens|comes|would happen|else is there|instead) if (?:i|we) (?:reject|refuse|decline) (i\d+)$|^(?:what|which)\b.* instead of (i\d+|.+)$", "compare"),
    (rf"^(?:is|are) {_THEY} (?:on|taking) too (?:many|much) \w+$|^(?:any )?polypharmacy$", "stops"),
    (r"^when (?:do|should|must|can|shall|is) .*\b(labs?|bloods?|tests?|vaccin\w+|imaging|referrals?)\b.*$", "due"),
    (rf"^when (?:do|should|must|can|shall) {_WHO} (?:re-?)?(?:check|measure|test|repeat) {_ARTICLE}(.+?)(?: again| next)?$", "about"),
    (r"^who (?:can|may|must|has to|should|signs?)\b.*\b(i\d+)$", "sign"),
    (r"^(?:is (?:it|this|the plan) |are they )?(?:safe|ok|okay|fine) (?:in|during|for) pregnancy$", "expecting"),
    (rf"^(?:can|may|could|should|would) {_WHO} (?:give|use|take|have|prescribe|start)(?: (?:her|him|them|the patient))? {_ARTICLE}(.+?) instead of {_ARTICLE}(.+)$", "instead"),
    (rf"^(?:has|have|had|is|are) {_HER}(.+?) (?:been )?(?:(?:going|gone|getting|creeping|trending|moving) (?:up|down|better|worse|higher|lower)|rising|falling|rose|fallen|increasing|decreasing|changing|stable)\b.*$", "value"),
    (r"^what is (?:going on|up|the story|wrong|the matter) with the patient$", "overview"),
    (r"^(?:what|which) dos(?:e|age) of (.+?) (?:should|can|could|does|do|would|is|will)\b.*$", "dose"),
    (r"^(?:any|which|what) (?:of (?:her|his|their|the) )?(?:medicines?|medications?|drugs?|meds|pills|tablets)\b.*\b(?:get rid of|stop|drop|lose|cut|go without)\b.*", "stops"),
    (rf"^how much (.+?) (?:is|are|does|do) {_WHO} (?:currently )?(?:on|take|taking|get|getting|use|using)(?: now)?$", "about"),
    (rf"^(?:is it (?:ok|okay|safe|fine) (?:for {_WHO} )?to|can {_WHO}|may {_WHO}|could {_WHO}) (?:just )?(?:stop|hold|leave off|come off|discontinue)(?: taking)? {_ARTICLE}(.+)$", "stopping"),
    (rf"^(?:should|shouldn't|must) {_WHO} (?:not )?(?:stop|hold|leave off|come off|discontinue)(?: taking)? {_ARTICLE}(.+)$", "why-not"),
    (r"^(?:what is )?(?:first|next|most urgent)$", "first"),
    (r"^(?:what|which)\b.*\b(i\d+) (?:is )?wait(?:s|ing)?\b.*|^(?:what|why) (?:does|is) (i\d+) wait.*", "why"),
    (r"^(?:which|what|anything|is there anything|can (?:any|some|anything|the rest)|does (?:any|anything)).*\b(?:can |could |may |that |to )?(?:wait|be (?:delayed|deferred|postponed)|(?:is|are) not (?:so )?urgent|less urgent)\b.*", "later"),
    (r"^(?:the )?(?:options|alternatives) (?:for|to|of) (.+)$", "compare"),
    (r"^(?:what|which|anything|was anything).*\b(?:suppressed|hidden|kept out of sight|not shown)\b.*", "issues"),
    (r"^(?:what|which) (bloods?)\b.*", "due"),
    (rf"^how (?:long|often|many times|much longer) (?:should|does|must|will|do|is|are|can) {_WHO} (?:need to )?(?:take|be on|stay on|use|continue|keep taking|on|taking) {_ARTICLE}(.+)$", "about"),
    (rf"^how (?:do|should|can|would) {_WHO} (?:switch|change|convert|go)(?: (?:her|him|them|the patient))?(?: over)? from .+? to {_ARTICLE}(.+)$", "why"),
    (rf"^what (?:do|does|should|must|can|would) {_WHO} (?:tell|say to|explain to|teach) .*?(?:about|on|regarding) {_ARTICLE}(.+)$", "tell"),
    (rf"^is {_HER}(.+?) (?:well |poorly |under )?(?:controlled|at goal|at target|on target|in range|under control)(?: now| enough)?$", "goal"),
    (rf"^(?:what(?:'s| is| are)?|which) {_HER}(?:goals?|targets?) (?:for|of) {_HER}(.+)", "goal"),
    (rf"^what(?:'s| is) {_HER}(.+?) (?:goal|target)$|^what (.+?) (?:are we|should we be) aiming (?:for|at)$", "goal"),
    (rf"^(?:does|do) (?:{_THEY}|we) (?:really |still )?need (?:to (?:take|be on|start) )?{_ARTICLE}(.+)", "need"),
    (rf"^(?:should|shouldn't) (?:{_THEY}|we|i) (?:not )?(?:start|add|be on|begin|use|prescribe|be taking|get) {_ARTICLE}(.+)", "need"),
    (r"^(?:what|which|anything|is there anything)(?: \w+)? (?:can|could|should|to|must|(?:can|could|should) (?:i|we)) (?:i |we )?(?:be )?(?:stop(?:ped)?|deprescribe[d]?|come off|taper(?:ed)?|discontinue[d]?|take away|get rid of)\b.*|.*\bdeprescrib.*", "stops"),
    (rf"^(?:is {_THEY}|anything|what(?:'s| is)?|which) ?(?:(?:over)?due|outstanding)\b ?(?:for )?(.*)", "due"),
    (r"^(?:what|which|are any|any) (vaccin\w+|immuni[sz]ations?|shots?|labs?|tests?|blood ?(?:tests?|work)|screenings?|referrals?|imaging)\b.*", "due"),
    (r"^when (?:was|were|did|is) .*?(?:last|latest|most recent|newest) (.+?)(?: (?:checked|measured|done|taken|drawn|tested))?$", "value"),
    (rf"^when (?:was|were|did) (?:{_HER})(.+?) (?:last )?(?:checked|measured|done|taken|drawn|tested)$", "value"),
    (rf"^how (?:has|have|did) {_HER}(.+?) (?:been|changed|gone|developed|moved|look(?:ed)?)\b.*", "value"),
    (rf"^how (much does {_THEY} weigh|heavy is {_THEY}|tall is {_THEY})$", "size"),
    (rf"^(?:is {_THEY} at (?:high |low )?risk (?:of|for)|what(?:'s| is) {_HER}risk (?:of|for)|how high is {_HER}risk (?:of|for)) (.+)", "risk"),
    (rf"^(?:what(?:'s| is)|how high is) {_HER}((?:10.year |ten.year |overall )?(?:stroke|bleeding|cardiovascular|cardiac|heart|cv|ascvd|vascular|liver|fibrosis|fall|fracture)(?: \w+)?) risk\b.*", "risk"),
    (r"^what (?:do|does|would) (?:the )?\w+(?: guidelines?)? (?:say|recommend|advise)(?: about| on| for)? (.+)", "search"),
    (rf"^(?:is there |any |does {_THEY} have )(?:a |any )?history of (.+)", "has"),
    (rf"^(?:does|do|has|had) {_THEY} (?:have|had|got) (?!any allerg|an? allerg|allerg){_ARTICLE}(.+)", "has"),
    (rf"^(?:does|did) {_THEY} (smoke|drink|vape)\b.*|^is {_THEY} an? (smoker|drinker)$", "habit"),
    (rf"^(?:is|are) {_THEY} (?:currently |already |still )?(?:on|taking|using|getting) {_ARTICLE}(.+)", "kinds-taken"),
    (r"^how (?:sure|certain|confident|strong|good) (?:are|is|am) .*?\b(i\d+)\b.*", "sure"),
    (rf"^why (?:is|are|was|were) {_HER}(.+?) (?:so |too |still |that )?(?:high|low|up|down|raised|elevated|abnormal|rising|falling|dropping|going up|going down)$", "why-value"),
    (r"^(?:summari[sz]e|describe|present|give me (?:a|an) (?:summary|overview|one.?liner) (?:of|on)|overview of|who is) (?:this |the |my )?patient\b.*", "overview"),
    (r"^(?:draft|write|compose|dictate) .*\b(?:letter|note|email|message|summary|prescription)\b.*", "letter"),
    (r"^(?:please )?(?:draft|write|compose|create|generate|invent|design) (?:(?:me|us) )?(?:an?|some) .*", "letter"),
    (r"^(?:many )?(?:thanks|thank you|thx|cheers|great|perfect|good|nice)\b.{0,20}$", "thanks"),
    (r"^what(?:'s| is| has)? (?:new|changed|different)\b.*", "since-last"),
    (r"^(?:what(?:'s| is)(?: the)? )?(?:max(?:imum)?|highest|largest|ceiling|upper)(?: daily| single)? dos(?:e|age) (?:of|for) (.+)", "most"),
    (r"^(?:can|may|could|should) \w+ (?:take|have|give|add|use|get|start|prescribe)(?: (?:her|him|them|the patient))? (?:the |an? |some )?(.+?) (?:for (?!(?:her|him|them)\b).+)$", "check"),
    (rf"^is it (?:ok|okay|safe|fine) to (?:give|add|start|prescribe|use)(?: (?:her|him|them|the patient))? {_ARTICLE}(.+?) for .+$", "check"),
    (rf"^(?:(?:what|how) is |show(?: me)? )?{_HER}(.+?) (?:trend|course|values?|levels?|results?)$", "value"),
    (r"^(?!what|which|show|any|is |are )(.+?) (?:evidence|guidelines?|recommendations?)$", "search"),
    (rf"^(?!what|which|show|any|is |are |can |why ){_HER}(.+?) (?:targets?|goals?)$", "goal"),
)  # fmt: skip
"""Asked as care goes; tried first."""
_RETOLD: dict[str, tuple[str, str]] = {
    "instead": ("what-if", "+{0} and -{1}"),
    "stopping": ("what-if", "-{0}"),
    "measured": ("what-if", "{0}={1}"),
    "expecting": ("what-if", "pregnant"),
    "exchanged": ("dose", "{1} instead of {0}"),
    "equal": ("dose", "{0} instead of {1}"),
}
"""Questions that suppose something, or ask for one medicine's dose in place of another's: the intent, and what is asked."""
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"^approve (?:line |item )?(i\d+|rest|the rest)$", "approve"),
    (r"^reject (?:line |item )?(i\d+ .+)$", "reject"),
    (r"^why (?:not|isn't|is not|aren't|are not|don't we|do we not|didn't you|did you not|no)\b ?(?:(?:she |he |they |we )?(?:on|start|give|use|propose|taking|keep(?: on)?|keep taking|continue|stay on)\s+)?(.+?)(?: (?:in|on|part of) (?:the )?plan)?$", "why-not"),
    (r"^(?:why|explain|justify|what is the reason for)\b.*?\b(i\d+)\b", "why"),
    (rf"^why (?:(?:do|should|did|would|are|is|must|does) )?(?:{_WHO} )?(?:to )?(?:start(?:ing)?|stop(?:ping|ped)?|hold(?:ing)?|chang(?:e|ing)|order(?:ing)?|continu(?:e|ing)|giv(?:e|ing)|propos(?:e|ing)|need(?:ing)?|tak(?:e|ing)|on|be on|refer(?:ring)?)?\s*{_ARTICLE}(.+)", "why"),
    (r"^(?:explain|justify|what is the reason for) (.+)", "why"),
    (r"^what(?: would (?:happen|change|you do|the plan be)| happens| changes)?,? if (.+)", "what-if"),
    (r"^(?:suppose|assume|assuming|imagine|supposing) (?:that )?(.+)", "what-if"),
    (r"^would (?:anything|the plan|it|something) change,? if (.+)", "what-if"),
    (rf"^(?:can|may|could|should|is it (?:ok|okay|safe|fine) (?:for {_WHO} )?to|am i allowed to) ?(?:{_WHO} )?(?:safely )?(?:be )?(?:also )?(?:give|given|take|have|use|start|add|get|prescribe|put (?:her|him|them) on)(?: (?:her|him|them|the patient))? {_ARTICLE}(.+?)(?: too| as well| now)?$", "check"),
    (r"^is (?!there\b|anything\b|it\b|this\b|the plan\b|everything\b)(.+?) (?:safe|ok|okay|allowed|contraindicated|dangerous|a problem|a good idea)(?: .*)?$", "check"),
    (r"^does (.+?) interact\b.*", "check"),
    (r"^(?:any )?(?:interactions?|problems?|contraindications?) (?:with|of|to) (.+)", "check"),
    (r"^(?:what(?:'s| is| would be)?(?: the)? )?(?:right |correct |starting |maximum |max |best )*dos(?:e|age|ing) (?:of|for) (.+)", "dose"),
    (r"^(?:what|which) (.+?) dose\b.*", "dose"),
    (r"^how much (?!does|do |is |are |will )(.+?)(?: (?:should|can|may|does|do) .*)?$", "dose"),
    (r"^compare (.+)|^(?:what|which) (?:are |other )*(?:the )?(?:options|alternatives)(?: are there)? (?:for|to) (.+)", "compare"),
    (r"^(?:what|which|how many|any|show|list).*\b(?:allerg)", "patient"),
    (r"^(?:is|does|has) (?:she|he|the patient|they) (?:have )?(?:any )?allerg(?:ic|ies)\b(?: to (.+))?", "allergic"),
    (r"^(?:who is|how old|what age|what is (?:her|his) age|is (?:she|he) pregnant|is the patient pregnant|(?:her|his) age|describe the patient|the patient$|patient$)", "patient"),
    (r"^(?:what should (?:i|we) do(?: first| now| today)?|what (?:is|'s) (?:most )?(?:important|urgent)|what matters(?: most)?|where do (?:i|we) start|priorities|top (?:three|3|changes)|what (?:must|needs to) happen (?:today|now|first)|(?:anything|what is) urgent|is (?:there )?anything urgent)", "first"),
    (r".*\b(?:questions?|what (?:is|information is|data is|data are) missing|what do you need to know|unanswered)\b.*", "questions"),
    (r"^(?:is there |are there |do you see |see |any|anything )*(?:anything |something )?(?:dangerous|danger|unsafe|harmful|risky|risks?|to worry about|wrong|red flags?)\b.*|^(?:what|which|show|any|are there).*\b(?:interactions?|issues?|alerts?|warnings?|dangers?|risks?|safety)\b.*", "issues"),
    (r"^(?:is|are|was|were) (?!.*\b(?:breast.?feeding|lactation|nursing|driv\w+|alcohol)\b).*\b(?:safe|dangerous)\b.*", "issues"),
    (r"^(?:what|which) (?:did you not|was not|could you not|couldn't you|has not been|were not|could not be).*\bcheck(?:ed)?\b.*|^not checked", "not-checked"),
    (r"^(?:who|which roles?) (?:must|has to|needs to|should|may|can|signs?).*", "sign"),
    (r"^(?:what|which|show|list).*\b(?:taking|takes|on now|medicines?|medications?|drugs?|meds|prescriptions?)\b.*", "medicines"),
    (r"^(?:is|does) (?:she|he|the patient) (?:on|taking|take|get|getting) (.+)", "about"),
    (r"^(?:what|which|show|list).*\b(?:problems?|diagnos[ei]s|conditions?|diseases?|goals?|targets?)\b.*", "problems"),
    (r"^(?:what|which).*\b(?:monitor(?:ed|ing)?|watch(?:ed)?|labs? (?:to )?(?:order|check)|need to be checked|to check|follow)\b.*", "monitoring"),
    (r"^what (?:do|should|must|can) (?:i|we) tell .*|^(?:advice|instructions?|counsel).*", "tell"),
    (r"^(?:when|timeline|who does what|calendar|follow.?up|next (?:visit|appointment)|what (?:is|happens) next).*", "timeline"),
    (r"^(?:what|which|show).*\b(?:guidelines?|recommend(?:ation)?s?|evidence) (?:say|says|recommend|is there|are there)? ?(?:about|for|on|in)\s+(.+)", "search"),
    (r"^(?:what|which|show|where).*\b(?:sources?|evidence|guidelines?|references?)\b.*?\b(i\d+)?$", "evidence"),
    (r"^(?:what|did|anything).*\b(?:omit(?:ted)?|left out|leave out|leaving out|forgotten|forget|overlook(?:ed)?|miss(?:ed|ing out)|skip(?:ped)?)\b.*", "left-out"),
    (r"^(?:what|show|the).*\bledger\b.*", "ledger"),
    (r"^(?:show |print |give me |summari[sz]e )?(?:me )?(?:the )?(?:whole |full )?(?:plan|summary)\b", "plan"),
    (r"^(?:what about|and|tell me about|about) (.+)", "about"),
    (r"^(?:help|what can (?:i|you)|how do (?:i|you) (?:use|ask|work))\b", "help"),
    (r"^(?:quit|exit|bye|goodbye)\b", "quit"),
    (r"^(?:how (?:is|are|was|high is|low is)|what(?:'s| is| was| are| were)|latest|last|current|show(?: me)?|is|trend of|give me)\s+" + _ARTICLE + r"(?:latest |last |current |most recent |newest )?(.+?)(?: levels?| values?| results?| trend| like| doing| now| today| normal| high| low| rising| falling| ok| okay| measured)*$", "value"),
)  # fmt: skip


def understand(line: str) -> Intent | None:
    """The intent behind a line; `None` where none is recognised."""
    text = line.strip()
    if text.startswith("/"):
        name, _, argument = text[1:].partition(" ")
        return Intent(name.casefold(), argument.strip()) if name.casefold() in NAMES else None
    bare = bare_words(text)
    if _HARM.search(bare):
        return Intent("refuse")
    if spanish := understand_spanish(text):
        return spanish
    for pattern, name in (*_CARE, *_PHRASES):
        if found := re.match(pattern, bare):
            if name in _RETOLD:
                intent, asked = _RETOLD[name]
                return Intent(intent, asked.format(*(group.strip() for group in found.groups())))
            return Intent(name, next((group.strip() for group in found.groups() if group), ""))
    name = re.sub(f"^{_HER}", "", bare)
    if name in NAMES:
        return Intent(name)
    return Intent("about", name) if 0 < len(name.split()) <= 3 and not _ASKING.match(name) else None


def bare_words(text: str) -> str:
    """Lower case, without closing marks and without what politeness puts in front."""
    bare = re.sub(r"[?!.]+\s*$", "", text.casefold().replace("’", "'")).strip()
    bare = _POLITE.sub("", " ".join(bare.split()))
    for pattern, same in _SAME:
        bare = re.sub(pattern, same, bare)
    return bare
