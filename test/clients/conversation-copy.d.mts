/** Rules for every conversation in every answer. @throws Error naming the violated rule */
export function checkConversation(conversation: any): void;
export function sharedFacts(conversation: any): any;
export function memberFacts(member: any): object;
export function messageFacts(message: any): any;
