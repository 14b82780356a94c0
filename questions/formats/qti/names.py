"""What packages and their metadata call things."""

ITEM = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates"
CATALOG = "apranova"
# Where pictures are, and how items refer to them.
FOLDER, PICTURES = "pictures", "../pictures/"
DIFFICULTIES = {"easy": "easy", "medium": "medium", "hard": "difficult"}
