"""Calls the pet shop through the official Python client, as an existing application would."""

import sys

from convex import ConvexError
from convex.http_client import ConvexExecutionError, ConvexHttpClient

from checks import Checks

client = ConvexHttpClient(sys.argv[1])
check = Checks()
customers = "master_data/customers.ts"
pets = "master_data/customerPets.ts"
species = "clinic/animalCategories.ts"
query, mutation = client.query, client.mutation

# Customers: created, found again by every key, changed, removed.
check.equal("an empty shop lists nobody", query(f"{customers}:list", {}), [])
check.equal("no walk-in customer yet", query(f"{customers}:getOrCreateDefault"), None)
budi = mutation(f"{customers}:create", {"code": "budi1", "name": " Budi Santoso ", "phone": "0812-3456-7801", "email": "Budi@Example.com", "city": "Jakarta", "gender": "MALE"})
check.that("create answers with the id", isinstance(budi, str) and 31 <= len(budi) <= 37, budi)
siti = mutation(f"{customers}:create", {"name": "Siti Aminah", "phone": "+62 813 1111 2222", "marketingOptIn": True, "contactChannels": ["EMAIL", "SMS"]})
document = query(f"{customers}:get", {"id": budi})
check.equal("code is upper-cased", document["code"], "BUDI1")
check.equal("name is trimmed", document["name"], "Budi Santoso")
check.equal("gender is stored as the shop writes it", document["gender"], "L")
check.equal("creation time is a float of milliseconds", type(document["_creationTime"]), float)
check.equal("the id is in the document", document["_id"], budi)
check.that("an absent field is absent", "address" not in document)
check.equal("a code is generated", query(f"{customers}:get", {"id": siti})["code"][:4], "CUST")
check.equal("list is in creation order", [c["_id"] for c in query(f"{customers}:list", {"includeInactive": False})], [budi, siti])
check.equal("limit keeps the newest", [c["_id"] for c in query(f"{customers}:list", {"limit": 1})], [siti])
check.equal("search by code prefix in lower case", [c["_id"] for c in query(f"{customers}:search", {"query": "bud"})], [budi])
check.equal("search by phone prefix", [c["_id"] for c in query(f"{customers}:search", {"query": "0812 345"})], [budi])
check.equal("search by email prefix in upper case", [c["_id"] for c in query(f"{customers}:search", {"query": "BUDI@EX"})], [budi])
check.equal("search by the second word of the name", [c["_id"] for c in query(f"{customers}:search", {"query": "amin"})], [siti])
check.equal("lookup by phone in another spelling", query(f"{customers}:lookup", {"phone": "+62 812-3456-7801"})["_id"], budi)
found = mutation(f"{customers}:quickCreate", {"name": "Someone", "phone": "+62 812-3456-7801"})
check.equal("quickCreate finds the customer", found, {"customerId": budi, "created": False})
made = mutation(f"{customers}:quickCreate", {"name": "Neu Größe 日本 🐶", "email": "neu@example.com"})
check.equal("quickCreate creates otherwise", made["created"], True)
check.equal("unicode survives", query(f"{customers}:get", {"id": made["customerId"]})["name"], "Neu Größe 日本 🐶")
check.equal("update answers with the id", mutation(f"{customers}:update", {"id": budi, "email": None, "city": "Bandung"}), budi)
check.that("update with None removes the key", "email" not in query(f"{customers}:get", {"id": budi}))
check.equal("update changes what it names", query(f"{customers}:get", {"id": budi})["city"], "Bandung")
mutation(f"{customers}:updatePreferences", {"id": budi, "preferredContact": "SMS", "marketingOptIn": True})
profile = query(f"{customers}:getProfile", {"customerId": budi})
check.equal("profile has the preferences", profile["preferences"]["preferredContact"], "SMS")
check.equal("profile has the metrics", profile["metrics"]["totalSpent"], 0.0)
check.equal("profile has the loyalty tier", profile["loyalty"]["tier"], "BRONZE")
default = mutation(f"{customers}:createDefaultCustomer")
check.equal("the walk-in customer is made once", mutation(f"{customers}:createDefaultCustomer")["id"], default["id"])
check.equal("and is found by its query", query(f"{customers}:getOrCreateDefault")["_id"], default["id"])

# Pages: gapless, in order, each customer once.
for number in range(7):
    mutation(f"{customers}:create", {"code": f"PAGE{number}", "name": f"Page {number}", "phone": f"0899000{number}"})
seen, cursor, pages = [], None, 0
while True:
    page = query(f"{customers}:listPaginated", {"paginationOpts": {"numItems": 3.0, "cursor": cursor}})
    seen += [c["_id"] for c in page["page"]]
    cursor, pages = page["continueCursor"], pages + 1
    if page["isDone"] or pages > 20:
        break
check.equal("pages cover the list", sorted(seen), sorted(c["_id"] for c in query(f"{customers}:list", {})))
check.that("in several pages", pages >= 4, pages)
check.raises("a tampered cursor is refused", ConvexExecutionError, "cursor", lambda: query(f"{customers}:listPaginated", {"paginationOpts": {"numItems": 3.0, "cursor": "00" + cursor[2:-2] + "00"}}))
check.raises("numItems must be positive", ConvexExecutionError, "Must request at least 1 document", lambda: query(f"{customers}:listPaginated", {"paginationOpts": {"numItems": 0.0, "cursor": None}}))

# Pets and species.
dogs = mutation(f"{species}:create", {"name": "Anjing", "icon": "🐕"})
rex = mutation(f"{pets}:create", {"customerId": budi, "name": "Rex", "species": "dog", "weight": 12.5, "allergies": ["ayam"]})
tom = mutation(f"{pets}:create", {"customerId": budi, "name": "Tom", "categoryId": dogs})
listed = query(f"{pets}:listByCustomer", {"customerId": budi})
check.equal("pets in creation order with their species", [(p["_id"], p["species"]) for p in listed], [(rex, "Anjing"), (tom, "Anjing")])
check.equal("weights are floats", listed[0]["weight"], 12.5)
mutation(f"{pets}:update", {"id": rex, "weight": 13, "isActive": False})
check.equal("an inactive pet is hidden", [p["_id"] for p in query(f"{pets}:listByCustomer", {"customerId": budi})], [tom])
check.equal("unless asked for", len(query(f"{pets}:listByCustomer", {"customerId": budi, "includeInactive": True})), 2)
mutation(f"{pets}:addVaccination", {"petId": tom, "vaccineName": "Rabies", "vaccineDate": 1700000000000.0, "nextVaccineDate": 1710000000000.0, "veterinarian": "drh. Ayu", "clinic": "Pusat"})
check.equal("an overdue vaccination shows", query(f"{pets}:get", {"id": tom})["vaccinationStatus"], "OVERDUE")
check.equal("and its record is listed", len(query(f"{pets}:listVaccinations", {"petId": tom})), 1)
check.equal("species are listed", [c["_id"] for c in query(f"{species}:list", {})], [dogs])
check.equal("loyalty constants", query("master_data/loyalty.ts:getProgram")["unit"], 10000.0)

# Refusals: domain errors carry their data, the engine's carry its texts.
error = check.raises("a taken code is refused", ConvexError, "", lambda: mutation(f"{customers}:create", {"code": "BUDI1", "name": "X", "phone": "08111"}))
check.equal("with its code", error.data["code"], "DUPLICATE_ENTRY")
check.equal("and details", error.data["details"], {"field": "code", "value": "BUDI1"})
error = check.raises("an unknown customer is refused", ConvexError, "", lambda: mutation(f"{pets}:create", {"customerId": default["id"][:-1] + default["id"][-1], "name": " ", "species": "dog"}))
check.equal("a blank name is a validation error", error.data["code"], "VALIDATION")
check.raises("a pet's id is no customer's id", ConvexExecutionError, 'Found ID "', lambda: query(f"{customers}:get", {"id": rex}))
check.raises("an unknown argument is refused", ConvexExecutionError, "extra field `colour`", lambda: mutation(f"{pets}:update", {"id": rex, "colour": "brown"}))
check.raises("a missing argument is refused", ConvexExecutionError, "missing the required field `name`", lambda: mutation(f"{customers}:create", {}))
check.raises("an int64 is no number", ConvexExecutionError, "v.float64()", lambda: query(f"{customers}:list", {"limit": __import__('convex').ConvexInt64(5)}))
check.raises("an unknown function", ConvexExecutionError, "Could not find public function for 'nope:nope'", lambda: query("nope:nope"))
check.raises("an internal function looks the same", ConvexExecutionError, "Could not find public function for 'loyalty/engine:auditCustomer'", lambda: query("loyalty/engine:auditCustomer", {"customerId": budi}))
check.raises("a mutation is no query", ConvexExecutionError, "Trying to execute master_data/customers.js:create as Query, but it is defined as Mutation.", lambda: query(f"{customers}:create", {}))
check.raises("a malformed path is a client error", Exception, "BadConvexFunctionIdentifier", lambda: query("my-module:list"))
for spelling in ["master_data/customers:list", "master_data/customers.js:list", "master_data.customers.list", "api.master_data.customers.list"]:
    check.equal(f"the path {spelling} answers", len(query(spelling, {"limit": 2})), 2)

check.equal("remove answers with the id", mutation(f"{customers}:remove", {"id": siti}), siti)
check.that("a removed customer is not listed", siti not in [c["_id"] for c in query(f"{customers}:list", {})])
check.that("but still read by id", query(f"{customers}:get", {"id": siti})["deletedAt"] > 0)
check.equal("and has no profile", query(f"{customers}:getProfile", {"id": siti}), None)
check.finish()
